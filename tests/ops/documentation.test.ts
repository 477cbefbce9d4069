import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { acceptanceIds, acceptanceItems } from "@o2cqrs/contract";
import { type Command } from "commander";
import * as markdown from "prettier/plugins/markdown";
import { format } from "prettier/standalone";
import { buildProgram } from "../../ops/cli/program.js";
import { envFormatNames } from "../../ops/env/format.js";
import { checklistPage } from "../../ops/verify/report/checklist.js";
import { recordSession } from "./support/session.js";

const repository = join(__dirname, "..", "..");
const read = (path: string) => readFileSync(join(repository, path), "utf8");
const names = buildProgram(recordSession(repository)).commands.map((command) => command.name());

describe("the documentation of the command", () => {
  test("lists every check of verify under its area, and no other", () => {
    const rows = [...read("docs/operations.md").matchAll(/^\| (\w+) +\| (`.*`) +\|$/gm)];
    const documented = rows.flatMap(([, area, ids]) =>
      [...ids!.matchAll(/`([^`]+)`/g)].map(([, id]) => `${area}: ${id}`),
    );
    const areas: readonly string[] = Object.values(acceptanceItems).map(({ area }) => area);
    const ofChecks = documented.filter((line) => areas.includes(line.split(":")[0]!));
    expect(ofChecks.sort()).toEqual(acceptanceIds.map((id) => `${acceptanceItems[id].area}: ${id}`).sort());
  });

  test("counts the checks rightly", () => {
    expect(read("README.md")).toContain(`${acceptanceIds.length} checks read everything back`);
  });

  test("names every verb in the README", () => {
    const table = read("README.md").split("## The command")[1]!.split("## Read on")[0]!;
    for (const name of names) expect(table).toContain(`\`${name}\``);
  });

  test("names every format of env", () => {
    for (const format of envFormatNames) expect(read("docs/operations.md")).toContain(`\`${format}\``);
  });

  test("is there for every verb in its own help, with --json", () => {
    for (const command of buildProgram(recordSession(repository)).commands) {
      for (const verb of command.commands.length > 0 ? command.commands : [command]) {
        expect(verb.description()).not.toBe("");
        expect(verb.helpInformation()).toContain("--json");
      }
    }
  });

  test("names only verbs and options that there are", () => {
    const wrong = documents.flatMap(([path, text]) =>
      commandLines(text).flatMap((line) => problemsOf(line).map((problem) => `${path}: ${line}: ${problem}`)),
    );
    expect(documents.flatMap(([, text]) => commandLines(text)).length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });

  test("leads nowhere that is not there", () => {
    const broken = documents.flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => join(dirname(path), target!))
        .filter((target) => !existsSync(join(repository, target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test("has the checklist that verify goes by, on one page (O2CQRS_WRITE_DOCS=1 writes it)", async () => {
    const expected = await format(checklistPage(), {
      parser: "markdown",
      plugins: [markdown],
      printWidth: 110,
    });
    const path = join(repository, "docs", "checklist.md");
    if (process.env.O2CQRS_WRITE_DOCS === "1") writeFileSync(path, expected);
    else expect(read("docs/checklist.md")).toBe(expected);
    for (const id of acceptanceIds) expect(expected).toContain(`\`${id}\``);
    expect(expected.split("\n").length).toBeLessThan(80);
  });
});

const documents = [
  "README.md",
  ...readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].map((path) => [path, read(path)] as const);

/** What stands behind `o2cqrs` in code, up to the end of that command. */
function commandLines(text: string): string[] {
  const code = [...text.matchAll(/```sh\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    ([, block, span]) => block ?? span!,
  );
  return code.flatMap((part) =>
    [
      ...part.replace(/\\\n/g, " ").matchAll(/(?:^|[\s"(])(?:npx )?o2cqrs ((?:[a-z-]|<verb>)[^\n|#;)]*)/g),
    ].map(([, line]) => line!.trim()),
  );
}

function problemsOf(line: string): string[] {
  const words = line.split(/\s+/);
  const [verb, sub] = words;
  if (verb === "<verb>" || verb!.startsWith("-")) return [];
  const program = buildProgram(recordSession(repository));
  const isNamed = (name: string | undefined) => (command: Command) => command.name() === name;
  const command = program.commands.find(isNamed(verb));
  if (command === undefined) return [`there is no verb ${verb!}`];
  const inner = command.commands.find(isNamed(sub));
  if (command.commands.length > 0 && inner === undefined && sub !== undefined && !sub.startsWith("-"))
    return [`${verb!} has no ${sub}`];
  const known = (inner ?? command).options.flatMap(({ long, short }) => [long, short]);
  return words
    .map((word) => /^--?[a-z][a-z-]*/.exec(word)?.[0])
    .filter((option) => option !== undefined && option !== "--help" && !known.includes(option))
    .map((option) => `${verb!} has no option ${option!}`);
}
