import { resolve } from "node:path";
import { folders } from "@o2cqrs/contract";
import { type ServerDashboard } from "@o2cqrs/providers/client";
import { Command } from "commander";
import { type Duration } from "../cli/duration.js";
import { OperatorError, usageError } from "../cli/errors.js";
import { durationOption, jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { renderDashboards, type RenderReport } from "../dashboards/render.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { openServer, operatorConnection } from "../deployment/operator-connection.js";

interface RenderCommandOptions {
  readonly stack: string;
  readonly all: boolean;
  readonly folder: string;
  readonly output: string;
  readonly since: Duration;
  readonly json: boolean;
}

export const dashboards: Verb = (session) =>
  new Command("dashboards").description("pictures of dashboards").addCommand(
    new Command("render")
      .description("draw dashboards with their data: one HTML page each, SVG and PNG in light and dark")
      .argument("[titles...]", "dashboards by their titles")
      .addOption(stackOption())
      .option("--all", "every dashboard of the folder", false)
      .option("--folder <name>", "folder on the server", folders.dashboards.name)
      .option("--output <folder>", "where the files go", "dashboards")
      .addOption(durationOption("--since <time>", "how far back data is drawn", "1h"))
      .addOption(jsonOption())
      .addHelpText("after", "\nExit code 1 when a panel's query failed; it is drawn with the server's words.")
      .action((titles: string[], options: RenderCommandOptions) => runRender(titles, options, session)),
  );

async function runRender(
  titles: readonly string[],
  options: RenderCommandOptions,
  session: Session,
): Promise<void> {
  const { terminal, signal } = session;
  if (titles.length === 0 && !options.all)
    throw usageError("Name dashboards by their titles, or give --all.");
  const deployer = await findDeployer(session, options.stack);
  const server = await openServer(operatorConnection(await deployer.config(options.stack), session));
  try {
    const folder = await server.folders.getByName("dashboards", options.folder);
    if (folder === undefined) throw usageError(`The server has no dashboard folder ${options.folder}.`);
    const chosen = choose(await server.dashboards.list(folder.folderId), titles, options.all);
    const end = Date.now() * 1000;
    const window = { start: end - options.since.milliseconds * 1000, end };
    const output = resolve(options.output);
    const report = await terminal.during("Drawing dashboards", () =>
      renderDashboards(chosen, { server, window, folder: output, signal }),
    );
    terminal.print(options.json ? JSON.stringify({ folder: output, ...report }, null, 2) : told(report));
    if (report.noPng !== undefined) terminal.note(`No PNG: ${report.noPng}`);
    const failures = report.rendered.flatMap((each) => each.failures);
    if (failures.length > 0)
      throw new OperatorError(`${failures.length} panels could not be read: ${failures.join("; ")}`);
  } finally {
    await server.close();
  }
}

function choose(
  found: readonly ServerDashboard[],
  titles: readonly string[],
  all: boolean,
): ServerDashboard[] {
  const known = found.map(({ content }) => content.title);
  const missing = titles.filter((title) => !known.includes(title));
  if (missing.length > 0)
    throw usageError(`There is no dashboard ${missing.join(", ")}.`, `The folder has: ${known.join(", ")}.`);
  return found.filter(({ content }) => all || titles.includes(content.title));
}

const told = ({ rendered }: RenderReport): string =>
  rendered.map(({ title, files }) => `${title}: ${files.join(", ")}`).join("\n");
