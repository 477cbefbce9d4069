import { type ChangeKind, type FieldChange, type PlannedChange, shortValue } from "./plan.js";

const titles: Readonly<Record<ChangeKind, string>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};

/** More fields than this are counted, not listed: a comment has a limit. */
const mostFields = 20;

/** What a plan changes, as a comment on a pull request: what is risky first, then resources by kind. */
export function markdownOf(changes: readonly PlannedChange[], stack: string): string {
  if (changes.length === 0) return `### Preview of \`${code(stack)}\`: no changes\n`;
  const risky = changes.filter(({ change }) => change === "replace" || change === "delete");
  const rest = changes.filter((change) => !risky.includes(change));
  return [
    `### Preview of \`${code(stack)}\`: ${countsOf(changes)}`,
    ...(risky.length === 0
      ? []
      : [
          "",
          "> [!WARNING]",
          `> ${risky.length} resources are replaced or deleted; what they hold is lost.`,
          "",
          ...risky.flatMap(details),
        ]),
    "",
    "| kind | create | update | replace | delete |",
    "|---|---|---|---|---|",
    ...kindsOf(changes).map(
      (kind) =>
        `| ${cell(kind)} | ${Object.keys(titles)
          .map(
            (change) => changes.filter((each) => each.kind === kind && each.change === change).length || "",
          )
          .join(" | ")} |`,
    ),
    "",
    ...rest.flatMap(details),
    "",
  ].join("\n");
}

export function countsOf(changes: readonly PlannedChange[]): string {
  return Object.keys(titles)
    .map((change) => ({ change, count: changes.filter((each) => each.change === change).length }))
    .filter(({ count }) => count > 0)
    .map(({ change, count }) => `${count} to ${change}`)
    .join(", ");
}

const kindsOf = (changes: readonly PlannedChange[]) => [...new Set(changes.map(({ kind }) => kind))].sort();

function details({ change, kind, name, fields }: PlannedChange): string[] {
  const title = `**${titles[change]}** ${cell(kind)} \`${code(name)}\``;
  if (fields.length === 0) return [`- ${title}`];
  const more = fields.length - mostFields;
  return [
    `- ${title}`,
    "",
    "  | field | now | then |",
    "  |---|---|---|",
    ...fields.slice(0, mostFields).map(fieldRow),
    ...(more > 0 ? [`  | … | | ${more} more |`] : []),
    "",
  ];
}

const fieldRow = ({ path, ours, theirs, forcesReplacement }: FieldChange) =>
  `  | ${cell(path)}${forcesReplacement ? " (replaces)" : ""} | ${cell(shortValue(theirs))} | ${cell(shortValue(ours))} |`;

/** Text for a table's cell: nothing in it is markup, a mention or the cell's end. */
function cell(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+!|~>-]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("@", "&#64;");
}

/** Text inside a code span. */
const code = (text: string) => text.replace(/[`\n]/g, "'");
