import { serveMonitor } from "../monitor/resource-monitor.js";
import { Deployment } from "../plan/deployment.js";
import { runProgram } from "../program/run.js";
import { type PropertyMap } from "../values/property.js";
import { type OperationContext } from "./operation.js";
import { type EngineOptions } from "./options.js";

/** Runs the program and brings the stack to what it registers; with a dry run, says what would be done. */
export async function update(options: EngineOptions, context: OperationContext): Promise<PropertyMap> {
  const { run, session, engineServer } = context;
  warnOfPending(context);
  const deployment = new Deployment(run, session.config);
  let finished: Promise<void> | undefined;
  const finish = async (): Promise<void> => (finished ??= deployment.finish());
  const monitor = await serveMonitor({
    run,
    deployment,
    paths: session.project,
    onRegistered: async () => {
      await finish();
      if (run.isStopped) await new Promise(() => undefined);
    },
  });
  run.providers.warm();
  const program = runProgram({
    project: session.project,
    stack: options.stack,
    organization: options.organization ?? "organization",
    config: session.config,
    dryRun: run.options.dryRun,
    parallel: run.options.parallel,
    monitorAddress: monitor.address,
    engineAddress: engineServer.address,
    env: session.env,
    onOutput: (line) => run.diagnose("info", line, "", { output: true }),
  });
  try {
    const exit = await Promise.race([program.exit, run.stopped]);
    if (exit === undefined) {
      // Stopped: what runs is finished first, then the program, which waits for answers, is ended.
      await deployment.settle();
      program.stop();
      await program.exit;
    } else if (exit.kind === "success") await finish();
    else run.fail("", exit.kind === "failed" ? exit.message : undefined);
    await deployment.settle();
    const { outputs, previous } = deployment.finishOutputs();
    run.emit({ kind: "outputs", outputs, previous });
    return outputs;
  } finally {
    monitor.close();
  }
}

function warnOfPending({ run, session }: OperationContext): void {
  const pending = session.snapshot.pendingOperations;
  if (pending.length === 0) return;
  run.diagnose(
    "warning",
    `${pending.length} operation(s) of an earlier run did not end:\n` +
      pending.map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}\n`).join("") +
      "Nobody knows whether they took effect. `refresh` reads the resources that exist; a resource whose " +
      "creation was interrupted is created by this run, so it must adopt what it finds or be removed by hand first.",
  );
}
