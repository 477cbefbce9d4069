// A gate in a process of its own, so that a test can kill it. Settings come in O2CQRS_GATE_TEST as JSON.
const { OpenObserve } = require("@o2cqrs/providers/client");
const { runGate } = require("../../../ops/dist/gate/run-gate.js");
const { systemClock } = require("../../../ops/dist/gate/clock.js");
const { commandDriver } = require("../../../ops/dist/gate/traffic/command.js");

const { connection, projectRoot, hook, settings } = JSON.parse(process.env.O2CQRS_GATE_TEST);
const admin = new OpenObserve(connection);
const context = {
  stack: "killed",
  projectRoot,
  admin,
  appConfig: { tracing: { enabled: false, samplingRate: 0 } },
  signal: new AbortController().signal,
};
runGate({
  context,
  terminal: { note: (line) => console.error(line), redact: (text) => text },
  clock: systemClock,
  traffic: commandDriver(JSON.stringify(hook), process.env),
  canary: "2.0.0",
  stable: "1.0.0",
  settings,
  dryRun: false,
  restart: false,
}).then(
  ({ record }) => {
    console.log(JSON.stringify(record.outcome));
    return admin.close();
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
