/** A process that counts one command, and runs until its input ends. */
const { startTelemetry } = require("openobserve-cqrs/runtime/telemetry");

const telemetry = startTelemetry();
telemetry.metrics.started("command");
process.stdin.resume().on("end", () => void telemetry.shutdown());
