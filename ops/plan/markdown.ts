import { extname } from "node:path";
import { visibleLine } from "../cli/visible-text.js";
import { type AlertTests, caseCount, failedCases } from "./alert-tests.js";
import { type Pictures } from "./pictures.js";
import { type ChangeKind, type FieldChange, type PlannedChange, shortValues } from "./plan.js";

const titles: Readonly<Record<ChangeKind, string>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};

/** More fields than this are counted, not listed. */
const mostFields = 20;

/** More characters of an error are left to the log. */
const mostFailureText = 300;

/** Characters of a comment's list of resources; GitHub refuses a comment of more than 65,536. */
const mostText = 50_000;

export interface Attachments {
  /** Why the preview failed. */
  readonly failures?: readonly string[];
  readonly alertTests?: AlertTests;
  readonly pictures?: Pictures;
}

/** What a plan changes, as a comment on a pull request: what is risky first, then resources by kind. */
export function markdownOf(
  changes: readonly PlannedChange[],
  stack: string,
  { failures = [], alertTests, pictures }: Attachments = {},
): string {
  const sections = [
    `### Preview of \`${code(stack)}\`: ${changes.length === 0 ? "no changes" : countsOf(changes)}`,
    ...(failures.length === 0 ? [] : [failureSection(failures)]),
    ...(changes.length === 0 ? [] : planSections(changes)),
    ...(alertTests === undefined ? [] : [alertSection(alertTests)]),
    ...(pictures === undefined || pictures.files.length === 0 ? [] : [pictureSection(pictures)]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function failureSection(failures: readonly string[]): string {
  const told = failures.map(
    (failure) => `> ${cell(failure.trim().replace(/\s+/g, " ").slice(0, mostFailureText))}`,
  );
  return `> [!CAUTION]\n> The preview failed; this may not be all of it, and the job's log says more.\n${within(mostText / 10, told)}`;
}

function planSections(changes: readonly PlannedChange[]): string[] {
  const isRisky = ({ change }: PlannedChange) => change === "replace" || change === "delete";
  const risky = changes.filter(isRisky);
  const rest = changes.filter((change) => !isRisky(change));
  const these = risky.length === 1 ? "1 resource is" : `${risky.length} resources are`;
  const warning = `> [!WARNING]\n> ${these} replaced or deleted; what they hold is lost.`;
  const riskyText = within(mostText / 2, risky.map(details));
  return [
    ...(risky.length === 0 ? [] : [warning, riskyText]),
    kindTable(changes),
    ...kindSections(rest, mostText - riskyText.length),
  ];
}

export function countsOf(changes: readonly PlannedChange[]): string {
  return Object.keys(titles)
    .map((change) => ({ change, count: changes.filter((each) => each.change === change).length }))
    .filter(({ count }) => count > 0)
    .map(({ change, count }) => `${count} to ${change}`)
    .join(", ");
}

const kindsOf = (changes: readonly PlannedChange[]) => [...new Set(changes.map(({ kind }) => kind))].sort();

function kindTable(changes: readonly PlannedChange[]): string {
  const row = (kind: string) => {
    const own = changes.filter((each) => each.kind === kind);
    const counts = Object.keys(titles).map(
      (change) => own.filter((each) => each.change === change).length || "",
    );
    return `| ${[cell(kind), ...counts].join(" | ")} |`;
  };
  const head = "| kind | create | update | replace | delete |\n|---|---|---|---|---|";
  return [head, ...kindsOf(changes).map(row)].join("\n");
}

/** The resources of each kind, folded away: whoever reviews opens what they care for. */
function kindSections(changes: readonly PlannedChange[], most: number): string[] {
  const kinds = kindsOf(changes);
  return kinds.map((kind) => {
    const own = changes.filter((each) => each.kind === kind);
    const list = within(most / kinds.length, own.map(details));
    return `<details><summary>${cell(kind)}: ${countsOf(own)}</summary>\n\n${list}\n\n</details>`;
  });
}

function details({ change, kind, name, fields }: PlannedChange): string {
  const title = `- **${titles[change]}** ${cell(kind)} \`${code(name)}\``;
  if (fields.length === 0) return title;
  const more = fields.length - mostFields;
  return [
    title,
    "",
    "  | field | now | then |",
    "  |---|---|---|",
    ...fields.slice(0, mostFields).map(fieldRow),
    ...(more > 0 ? [`  | … | | ${more} more |`] : []),
    "",
  ].join("\n");
}

function fieldRow({ path, ours, theirs, forcesReplacement }: FieldChange): string {
  const [now, then] = shortValues(theirs, ours);
  return `  | ${cell(path)}${forcesReplacement ? " (replaces)" : ""} | ${cell(now)} | ${cell(then)} |`;
}

/** As many of the texts as fit, and how many are left out. */
function within(most: number, texts: readonly string[]): string {
  let length = 0;
  const fitting = texts.filter((text) => (length += text.length + 1) <= most);
  const left = texts.length - fitting.length;
  return [...fitting, ...(left > 0 ? [`- … and ${left} more, for which there is no room here`] : [])].join(
    "\n",
  );
}

function alertSection(results: AlertTests): string {
  const failed = failedCases(results);
  const title = `### Alerts: ${caseCount(results) - failed.length} of ${caseCount(results)} cases pass`;
  const listed = failed.map(
    ({ file, name, failures }) => `- **fail** ${cell(file)}: ${cell(name)} (${cell(failures[0] ?? "")})`,
  );
  return failed.length === 0 ? title : `${title}\n\n${within(mostText / 10, listed)}`;
}

function pictureSection({ files, url }: Pictures): string {
  const nameOf = (file: string) => cell(file.slice(0, -extname(file).length));
  const title = "### Dashboards";
  if (url === undefined) return `${title}\n\n${files.map((file) => `- ${nameOf(file)}`).join("\n")}`;
  if (!url.includes("{file}")) return `${title}\n\n[${files.map(nameOf).join(", ")}](${url})`;
  const pictures = files.map((file) => {
    const address = url.replace("{file}", encodeURIComponent(file));
    return `<details><summary>${nameOf(file)}</summary>\n\n![${nameOf(file)}](${address})\n\n</details>`;
  });
  return [title, ...pictures].join("\n\n");
}

/** Text for a table's cell: nothing in it is markup, a mention or the cell's end. */
function cell(text: string): string {
  return visibleLine(text)
    .replace(/[\\`*_{}[\]()#+!|~>-]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("@", "&#64;");
}

/** Text inside a code span. */
const code = (text: string) => text.replace(/[`\n]/g, "'");
