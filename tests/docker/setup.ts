// Jest maps no names in its global setup, so the module is loaded by the name that Node finds.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { NoDaemonError, startDaemon } = require("./daemon") as typeof import("./daemon.js");

/** Finds out, before any test is collected, whether a daemon can run here at all. */
export default async function setup(): Promise<void> {
  try {
    await (await startDaemon()).close();
  } catch (error) {
    if (!(error instanceof NoDaemonError)) throw error;
    process.env.O2CQRS_NO_DOCKER = error.message;
    console.log(`Skipped, as no Docker daemon can be started: ${error.message}`);
  }
}
