import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { envNames } from "@o2cqrs/contract";
import { EnvironmentError } from "../../../runtime/env/errors.js";
import { startTelemetry } from "../../../runtime/telemetry/telemetry.js";

// Runs processes, which takes a machine that is busy its time.
jest.setTimeout(180_000);

beforeAll(() => {
  spawnSync(process.execPath, [join(__dirname, "..", "..", "..", "scripts", "build.mjs")]);
});

test("metrics are exported as often as OTEL_METRIC_EXPORT_INTERVAL says", async () => {
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end("{}"));
    if (request.url?.endsWith("/v1/metrics")) arrivals.emit("metrics");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const application = spawn(process.execPath, [join(__dirname, "until-told.cjs")], {
    stdio: ["pipe", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      [envNames.url]: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      [envNames.token]: "t",
      OTEL_METRIC_EXPORT_INTERVAL: "100",
    },
  });
  try {
    const begun = performance.now();
    await once(arrivals, "metrics");
    await once(arrivals, "metrics");
    // The default would be ten seconds for each.
    expect(performance.now() - begun).toBeLessThan(15_000);
    application.stdin.end();
    await once(application, "exit");
  } finally {
    application.kill();
    server.closeAllConnections();
    server.close();
  }
});

test("an interval that is none is refused before anything starts, and ignored where telemetry is off", async () => {
  const env = {
    [envNames.url]: "http://127.0.0.1:9",
    [envNames.token]: "t",
    OTEL_METRIC_EXPORT_INTERVAL: "often",
  };
  expect(() => startTelemetry({ env })).toThrow(EnvironmentError);
  await startTelemetry({ env: { ...env, [envNames.enabled]: "false" } }).shutdown();
});
