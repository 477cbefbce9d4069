import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ServerUnderTest } from "../management/server-under-test.js";

const minute = 60_000_000;

test("An alert whose receiver is slow is due again a minute after its evaluation began", async () => {
  let now = Date.now() * 1000;
  let tell: () => void;
  const toldTwice = new Promise<void>((resolve) => (tell = resolve));
  let requests = 0;
  // Takes its time with the first notification: two minutes pass before it answers.
  const receiver = createServer((_, response) => {
    requests += 1;
    if (requests === 1) now += 2 * minute;
    if (requests === 2) tell();
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const server = await ServerUnderTest.start("0.90", {
    allowLoopbackDestinations: true,
    alertIntervalMs: 20,
    clock: { micros: () => ++now },
  });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  await server.post("/api/default/alerts/templates", { name: "hook", type: "http", body: "{alert_name}" });
  await server.post("/api/default/alerts/destinations", {
    name: "slow",
    type: "http",
    url,
    method: "post",
    template: "hook",
  });
  await server.post("/api/default/source/_json", [{ level: "error" }]);
  const { status } = await server.post("/api/v2/default/alerts", {
    name: "errors",
    stream_type: "logs",
    stream_name: "source",
    is_real_time: false,
    query_condition: { type: "sql", sql: "SELECT level FROM source" },
    trigger_condition: { period: 10, operator: ">=", threshold: 1, frequency: 1, frequency_type: "minutes" },
    destinations: ["slow"],
    enabled: true,
  });
  expect(status).toBe(200);
  await toldTwice;
  await server.stop();
  await new Promise((resolve) => receiver.close(resolve));
});
