import { once } from "node:events";
import { ingestMetrics, metrics } from "@o2cqrs/contract";
import { countExportFailures, observeIngest } from "../../../runtime/telemetry/ingest-metrics.js";
import { Recording } from "../bus/recording.js";
import { ingestingInEachTest, record } from "../ingest/ingesting.js";
import { json } from "../ingest/stub-server.js";

const ingesting = ingestingInEachTest();
let recording: Recording;
beforeEach(() => (recording = new Recording()));
afterEach(() => recording.stop());

test("the eleven metrics of the contract are all written, and no other", async () => {
  const cqrs = recording.metrics;
  cqrs.started("command");
  cqrs.commandRetried("PlaceOrder");
  cqrs.commandEnded("PlaceOrder", "PlaceOrderHandler", "success", 3);
  cqrs.queryEnded("GetOrder", "GetOrderHandler", true, 2);
  cqrs.eventPublished("OrderPlaced");
  cqrs.eventHandled("OrderPlaced", "handled");
  cqrs.refreshesChanged("GetOrder", 1);
  const names = Object.values(metrics).map(({ name }) => name);
  expect(names).toHaveLength(11);
  expect((await recording.metricNames()).sort()).toEqual(names.sort());
  for (const { name, labels } of Object.values(metrics)) {
    const [point] = await recording.points(name);
    expect(Object.keys(point!.labels).sort()).toEqual([...labels].sort());
  }
});

test("what the ingest client could not deliver stands in metrics: failures, records by outcome, bytes that wait", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const client = ingesting.clientOf({ cooldownMs: 60_000 });
  observeIngest(recording.meter, client);
  const failed = once(client.events, "failure");
  client.send("s", record(1));
  await failed;
  expect(await recording.points(ingestMetrics.failures.name)).toEqual([
    { labels: { stream: "s" }, value: 1 },
  ]);
  expect(await recording.points(ingestMetrics.records.name)).toContainEqual({
    labels: { stream: "s", outcome: "accepted" },
    value: 1,
  });
  const [waiting] = await recording.points(ingestMetrics.bufferBytes.name);
  expect(Number(waiting!.value)).toBeGreaterThan(0);
});

test("what the exporters lost is counted by signal", async () => {
  const exportFailed = countExportFailures(recording.meter);
  exportFailed("traces", 512, new Error("503"));
  exportFailed("traces", 3, undefined);
  exportFailed("metrics", 1, new Error("timeout"));
  expect(await recording.points(ingestMetrics.exportFailures.name)).toEqual([
    { labels: { signal: "traces" }, value: 515 },
    { labels: { signal: "metrics" }, value: 1 },
  ]);
});
