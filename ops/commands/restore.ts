import { Argument, Command } from "commander";
import { OperatorError, usageError } from "../cli/errors.js";
import { jsonOption, organizationOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { renderTable } from "../cli/table.js";
import { visibleLine } from "../cli/visible-text.js";
import { readBackup, readSecrets } from "../backup/format.js";
import { planRestore, type RestoreStep } from "../backup/restore.js";
import { withOrganization } from "./with-organization.js";

interface RestoreOptions {
  readonly stack: string;
  readonly organization?: string;
  readonly secrets?: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

const help = `
Nothing is written unless everything can be: an object of the organisation that differs stops it before the first
write, unless --force overwrites it, and so does a credential that is missing. Nothing is deleted. A restore that
was interrupted is run again: what is there already is kept. Service accounts get new tokens.

Exit codes: 0 restored (or, with --dry-run, could be), 1 objects differ or one could not be written, 2 wrong usage,
a damaged file or a missing credential, 3 the server cannot be reached, 130 interrupted.`;

export const restore: Verb = (session) =>
  new Command("restore")
    .description("make an organisation what a backup says")
    .addArgument(new Argument("<file>", "what o2cqrs backup wrote"))
    .addOption(stackOption())
    .addOption(organizationOption())
    .option("--secrets <file>", "JSON object with the credentials that the backup leaves out, by name")
    .option("--dry-run", "say what would be done", false)
    .option("--force", "overwrite objects that differ", false)
    .addOption(jsonOption())
    .addHelpText("after", help)
    .action((file: string, options: RestoreOptions) => runRestore(file, options, session));

async function runRestore(file: string, options: RestoreOptions, session: Session): Promise<void> {
  const { terminal, signal } = session;
  const backup = await readBackup(file);
  const secrets = options.secrets === undefined ? {} : await readSecrets(options.secrets);
  Object.values(secrets).forEach((secret) => {
    terminal.hide(secret);
  });
  await withOrganization(options, session, async (server) => {
    const plan = await terminal.during(`Comparing with organisation ${server.organization}`, () =>
      planRestore(server, backup, secrets),
    );
    const result = { organization: server.organization, dryRun: options.dryRun, steps: plan.steps };
    const print = () => {
      terminal.print(
        options.json ? JSON.stringify(result, null, 2) : report(plan.steps, options.dryRun, terminal.width),
      );
    };
    const obstacle = obstacleTo(plan.steps, options.force);
    if (options.dryRun || obstacle !== undefined) {
      print();
      if (obstacle !== undefined) throw obstacle;
      return;
    }
    await terminal.during(`Restoring organisation ${server.organization}`, () =>
      plan.apply(({ kind, key }) => {
        if (!options.json) terminal.note(visibleLine(`${kind} ${key}`));
      }, signal),
    );
    print();
  });
}

function obstacleTo(steps: readonly RestoreStep[], force: boolean): OperatorError | undefined {
  const lacking = steps.flatMap(({ lacks }) => lacks);
  if (lacking.length > 0)
    return usageError(
      `The backup leaves out credentials that are needed: ${lacking.join(", ")}`,
      "Give them in a file: --secrets secrets.json, a JSON object of values by these names.",
    );
  const different = steps.filter(({ action }) => action === "overwrite");
  if (different.length === 0 || force) return undefined;
  return new OperatorError(`${different.length} objects of the organisation differ from the backup`, {
    cure: "Nothing was written. --force overwrites them; or back them up and delete them first.",
  });
}

function report(steps: readonly RestoreStep[], dryRun: boolean, width: number): string {
  const changed = steps.filter(({ action }) => action !== "keep");
  const kept = steps.length - changed.length;
  const rows = changed.map(({ kind, key, action, differs }) => [action, kind, key, differs.join(", ")]);
  const table =
    rows.length === 0 ? [] : [renderTable(["action", "kind", "object", "differs in"], rows, width)];
  const summary = `${changed.length} ${dryRun ? "to write" : "written"}, ${kept} the same already`;
  return [...table, summary].join("\n");
}
