import { renderTable } from "../cli/table.js";
import { type Session } from "../cli/session.js";
import { appEnvOf } from "../deployment/app-env.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { localStack } from "../deployment/local-stack.js";
import { envDocument, envVariables } from "../env/variable.js";
import { type EmbeddedServer, openEmbeddedServer } from "./embedded-server.js";
import { type StartOptions } from "./options.js";
import { type OrdersSummary, runOrders } from "./orders.js";
import { type VerifyReport } from "../verify/check.js";
import { openVerifyContext } from "../verify/context.js";
import { tableReport } from "../verify/report/table.js";
import { summaryLine } from "../verify/report/summary.js";
import { failuresOf, verify } from "../verify/verify.js";

/** Verify looks back over this run and the ones just before it. */
const since = { text: "15m", milliseconds: 15 * 60_000 };

/**
 * The main job: server, deploy, telemetry, verify, summary. Whatever it started is stopped again, also when a
 * step fails or Ctrl-C ends it, unless it is to be kept.
 * @throws OperatorError of the step that failed
 */
export async function start(options: StartOptions, session: Session): Promise<void> {
  const { terminal, signal, projectRoot } = session;
  const server = await step("1/4 OpenObserve", session, () =>
    openEmbeddedServer({ projectRoot, keep: options.keep, signal }),
  );
  terminal.hide(server.record.password);
  terminal.print(`    ${server.found ? "found" : "started"} at ${server.record.url}`);
  try {
    await deployAndVerify(options, session, server);
  } finally {
    await server.release();
  }
}

async function deployAndVerify(
  options: StartOptions,
  session: Session,
  server: EmbeddedServer,
): Promise<void> {
  const { terminal, signal, projectRoot } = session;
  const deployer = await findDeployer(session, localStack);
  await step(`2/4 Deploy stack ${localStack} with the ${deployer.title}`, session, () =>
    deployer.run("up", { stack: localStack, json: false, brief: true, signal }),
  );
  const appEnv = appEnvOf(await deployer.outputs(localStack), localStack);
  for (const { value, secret } of envVariables(appEnv)) if (secret) terminal.hide(value);

  const orders = await step(`3/4 Run the orders service for ${options.seconds} s`, session, () =>
    runOrders({ projectRoot, appEnv, seconds: options.seconds, signal }),
  );
  const report = await step("4/4 Verify", session, async () => {
    const context = await openVerifyContext({
      session,
      deployer,
      stack: localStack,
      since,
      settleSeconds: 0,
    });
    try {
      return await verify(context, {});
    } finally {
      await context.close();
    }
  });
  terminal.printColoured(`\n${tableReport(report, terminal)}\n`);
  printSummary(session, { server, deployedBy: deployer.title, orders, report, appEnv });
  const failures = failuresOf(report);
  if (failures !== undefined) throw failures;
}

async function step<Result>(
  title: string,
  { terminal, signal }: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  terminal.printColoured(terminal.colours.bold(title));
  return terminal.during(title, work);
}

interface Outcome {
  readonly server: EmbeddedServer;
  readonly deployedBy: string;
  readonly orders: OrdersSummary;
  readonly report: VerifyReport;
  readonly appEnv: Readonly<Record<string, string>>;
}

function printSummary({ terminal }: Session, { server, deployedBy, orders, report, appEnv }: Outcome): void {
  const { commands, queries, failed } = orders.operations;
  const records = Object.entries(orders.records).map(([stream, count]) => `${count} ${stream}`);
  const document = envDocument(envVariables(appEnv), false);
  const rows = [
    [
      "OpenObserve",
      `${server.record.url} (user ${server.record.user}; password in .o2cqrs/local/server.json)`,
    ],
    ["Deployed by", deployedBy],
    ["Orders service", `${commands} commands, ${queries} queries, ${failed} failed`],
    ["Telemetry sent", `${records.join(", ")}; ${orders.spans} spans`],
    ["Verify", summaryLine(report.results)],
  ];
  terminal.print(renderTable(["", ""], rows, terminal.width).trimStart());
  terminal.printColoured(
    `\n${terminal.colours.bold("The application's environment")} (with its secrets: npx o2cqrs env --show-secrets)`,
  );
  for (const { name, value } of document.variables) terminal.print(`  ${name}=${value}`);
  for (const name of document.withheld) terminal.print(`  ${name}=[secret]`);
  terminal.print(
    server.kept
      ? `\nOpenObserve stays up at ${server.record.url}. Stop it: npm start -- --stop`
      : "\nOpenObserve is stopped again; npm start -- --keep leaves it up.",
  );
}
