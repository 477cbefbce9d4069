import { join } from "node:path";
import { Command, Option } from "commander";
import { jsonOption, organizationOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { createBackup } from "../backup/backup.js";
import { type BackupKind, backupKinds, writeBackup } from "../backup/format.js";
import { hiddenIn } from "../backup/hidden-secrets.js";
import { SafeNames } from "../import/names.js";
import { withOrganization } from "./with-organization.js";

interface BackupCommandOptions {
  readonly stack: string;
  readonly organization?: string;
  readonly output?: string;
  readonly includeSecrets: boolean;
  readonly without: readonly BackupKind[];
  readonly json: boolean;
}

const help = `
The file holds streams, enrichment tables, functions, folders, templates, destinations of alerts and pipelines,
pipelines, alerts, dashboards, saved views, service accounts and people: how they are set, not the telemetry, and
no token or password. Only its owner can read it. Without --include-secrets the credentials of receivers are left
out, and named.

Exit codes: 0 written, 2 wrong usage, 3 the server cannot be reached, 130 interrupted.`;

export const backup: Verb = (session) =>
  new Command("backup")
    .description("write an organisation's configuration to one file")
    .addOption(stackOption())
    .addOption(organizationOption())
    .option("-o, --output <file>", "file to write (default: backup-ORGANIZATION-TIME.json)")
    .option("--include-secrets", "keep addresses and headers of receivers in it, readable", false)
    .addOption(
      new Option("--without <kinds...>", "kinds that are left out").choices(backupKinds).default([], "none"),
    )
    .addOption(jsonOption())
    .addHelpText("after", help)
    .action((options: BackupCommandOptions) => runBackup(options, session));

async function runBackup(options: BackupCommandOptions, session: Session): Promise<void> {
  const { terminal, projectRoot, signal } = session;
  const { includeSecrets, without } = options;
  await withOrganization(options, session, async (server) => {
    const content = await terminal.during(`Reading organisation ${server.organization}`, () =>
      createBackup(server, { includeSecrets, without }),
    );
    const time = content.createdAt.replace(/[-:]|\.\d+/g, "");
    const name = new SafeNames().file(server.organization, "organization");
    const file = options.output ?? join(projectRoot, `backup-${name}-${time}.json`);
    signal.throwIfAborted();
    await writeBackup(file, content);
    const leftOut = hiddenIn(content.objects);
    if (options.json) {
      const { organization, createdAt, serverVersion, objects } = content;
      const counts = Object.fromEntries(
        backupKinds.map((kind) => [kind, objects.filter((object) => object.kind === kind).length]),
      );
      terminal.print(
        JSON.stringify({ file, organization, createdAt, serverVersion, counts, leftOut }, null, 2),
      );
      return;
    }
    terminal.print(`${file}: ${content.objects.length} objects of organisation ${content.organization}`);
    if (leftOut.length === 0) return;
    terminal.print("Left out, as they are credentials (give them to restore by --secrets):");
    for (const secret of leftOut) terminal.print(`  ${secret}`);
  });
}
