/** A process that makes a span, a metric and a record, and ends. Usage: short-lived.cjs DEADLINE_MS */
const { startTelemetry } = require("openobserve-cqrs/runtime/telemetry");

// Nothing is due before the end.
const telemetry = startTelemetry({ metricIntervalMs: 2 ** 30 });
telemetry.tracer.startSpan("command.PlaceOrder").end();
telemetry.metrics.started("command");
telemetry.ingest.send("cqrs-commands", { type: "PlaceOrder" });
void telemetry
  .shutdown({ deadlineMs: Number(process.argv[2]) })
  .then(({ logs }) => console.log(JSON.stringify(logs)));
