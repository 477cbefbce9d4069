import { join } from "node:path";
import { Command } from "commander";
import { usageError } from "../cli/errors.js";
import { jsonOption, organizationOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { renderTable } from "../cli/table.js";
import { type ImportedProgram, writeProgram } from "../import/program.js";
import { type FoundKind, foundKinds, type Scan } from "../import/finding.js";
import { scanOrganization } from "../import/scan.js";
import { SafeNames } from "../import/names.js";
import { refuseUnlessEmpty, writeFolder } from "../import/write-folder.js";
import { withOrganization } from "./with-organization.js";

interface ImportOptions {
  readonly stack: string;
  readonly organization?: string;
  readonly output?: string;
  readonly only?: readonly string[];
  readonly users: boolean;
  readonly json: boolean;
}

const help = `
Reads the server that the stack names, and writes nothing to it. The program takes every object over with
adopt: true: its first deployment changes nothing. Credentials are left out; the program reads them from its
config, and the keys are listed.

Exit codes: 0 written (what was left out is named), 2 the folder is not empty or an option is wrong,
3 the server cannot be reached, 130 interrupted.`;

export const importVerb: Verb = (session) =>
  new Command("import")
    .description("write a program that takes over what an organisation has")
    .addOption(stackOption())
    .addOption(organizationOption())
    .option("-o, --output <folder>", "folder for the program, new or empty (default: imported/ORGANIZATION)")
    .option("--only <kinds...>", `only these kinds: ${foundKinds.join(", ")}`)
    .option("--users", "take people over too; the program asks for the password that each has", false)
    .addOption(jsonOption())
    .addHelpText("after", help)
    .action((options: ImportOptions) => runImport(options, session));

async function runImport(options: ImportOptions, session: Session): Promise<void> {
  const { terminal, projectRoot } = session;
  const kinds = chosenKinds(options.only);
  await withOrganization(options, session, async (server, password) => {
    const { organization } = server;
    const folder =
      options.output ?? join(projectRoot, "imported", new SafeNames().file(organization, "organization"));
    await refuseUnlessEmpty(folder);
    const whole = await terminal.during(`Reading organisation ${organization}`, () =>
      scanOrganization(server, options),
    );
    const scan = onlyOf(whole, kinds);
    const program = writeProgram(scan, { organization, knownSecrets: [password] });
    session.signal.throwIfAborted();
    await writeFolder(folder, program.files);
    terminal.print(
      options.json
        ? JSON.stringify(summary(scan, program, folder), null, 2)
        : report(scan, program, folder, terminal.width),
    );
  });
}

function chosenKinds(only: readonly string[] | undefined): readonly FoundKind[] {
  if (only === undefined) return foundKinds;
  return only.map((text) => {
    const kind = foundKinds.find((each) => each.toLowerCase() === text.toLowerCase());
    if (kind !== undefined) return kind;
    throw usageError(`There is no kind ${text}`, `Kinds: ${foundKinds.join(", ")}.`);
  });
}

const onlyOf = ({ objects, leftOut }: Scan, kinds: readonly FoundKind[]): Scan => ({
  objects: objects.filter(({ kind }) => kinds.includes(kind)),
  leftOut: leftOut.filter(({ kind }) => kinds.includes(kind)),
});

const summary = (
  { objects, leftOut }: Scan,
  { project, secrets, files }: ImportedProgram,
  folder: string,
) => ({
  folder,
  project,
  files: [...files.keys()],
  objects: objects.map(({ kind, name }) => ({ kind, name })),
  leftOut,
  secrets,
});

function report(
  { objects, leftOut }: Scan,
  { project, secrets }: ImportedProgram,
  folder: string,
  width: number,
): string {
  const counts = foundKinds.flatMap((kind) => {
    const count = objects.filter((object) => object.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  const lines = [`${folder}: ${counts.join(", ") || "nothing found"}`];
  if (leftOut.length > 0)
    lines.push(
      "",
      renderTable(
        ["left out", "name", "reason"],
        leftOut.map(({ kind, name, reason }) => [kind, name, reason]),
        width,
      ),
    );
  if (secrets.length > 0)
    lines.push(
      "",
      "Credentials are not in it. Before the first deployment:",
      ...secrets.map(
        ({ key, what, structured }) =>
          `  pulumi config set --secret ${project}:${key}   # ${what}${structured ? ", as a JSON object" : ""}`,
      ),
    );
  return [...lines, "", `Next: cd ${folder}, then its README.md`].join("\n");
}
