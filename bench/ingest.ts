/**
 * The ingest client with its disk buffer, against (a) a bare undici loop that posts the same records in ready-made
 * batches, which is the limit, (b) OpenTelemetry's batch processor with its OTLP exporter, (c) OpenObserve's own pino
 * transport; all in one run, towards the same server: the embedded OpenObserve, or with `--server sink` one that does
 * no more than parse what it gets, where the client's own cost shows most.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import OpenobserveTransport from "@openobserve/pino-openobserve";
import { streamHeader } from "@o2cqrs/contract";
import { IngestClient } from "openobserve-cqrs/runtime/ingest";
import pino from "pino";
import { Pool } from "undici";
import { authorization, password, startEmbeddedServer, user } from "./servers/embedded.js";
import { type Sink, startSink } from "./servers/sink.js";

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "50000" },
    rounds: { type: "string", default: "3" },
    server: { type: "string", default: "embedded" },
  },
});
const total = Math.floor(Number(values.records) / 1000) * 1000;
const rounds = Number(values.rounds);
const batchSize = 500;
const concurrency = 5;
const startServer = values.server === "sink" ? startSink : startEmbeddedServer;

const makeRecord = (n: number) => ({
  _timestamp: Date.now() * 1000 + (n % 1000),
  timestamp: new Date().toISOString(),
  level: "INFO",
  env: "bench",
  service: "orders",
  version: "1.0.0",
  region: "local",
  source: "apiserver",
  bus: "command",
  recordId: randomUUID(),
  traceId: "7c01ab74a17f7274b856aaca239c6675",
  spanId: "214b0a3fe766effe",
  requestId: "96f361de-216c-4bfd-a7b0-ef60b53e88c0",
  tenant: "tenant-1",
  userId: "user-1",
  type: "PlaceOrder",
  handler: "PlaceOrderHandler",
  duration_ms: 3.763,
  retries: 0,
  id: "4f9f9451-dbd7-401e-9ea3-a187e705fbf7",
  status: "success",
  retry_count: 0,
});
const records = Array.from({ length: total }, (_, n) => makeRecord(n));

interface Measure {
  readonly recordsPerSecond: number;
  readonly cpuMicrosPerRecord: number;
}

async function measure(send: (sink: Sink) => Promise<void>): Promise<Measure> {
  const sink = await startServer();
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const started = performance.now();
  await send(sink);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  sink.stop();
  return { recordsPerSecond: total / seconds, cpuMicrosPerRecord: (user + system) / total };
}

const batches = Array.from({ length: total / batchSize }, (_, n) =>
  Buffer.from(JSON.stringify(records.slice(n * batchSize, (n + 1) * batchSize))),
);

async function bareLoop(sink: Sink): Promise<void> {
  const pool = new Pool(sink.url, { connections: concurrency });
  let next = 0;
  const worker = async () => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      const headers = { authorization, "content-type": "application/json" };
      const response = await pool.request({
        method: "POST",
        path: "/api/default/s/_json",
        headers,
        body: batch,
      });
      await response.body.json();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await pool.close();
}

async function ours(sink: Sink): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "o2cqrs-bench-"));
  const client = new IngestClient({
    baseUrl: sink.url,
    org: "default",
    credentials: () => ({ user, token: password }),
    performance: { batchSize, flushInterval: 1000, maxRetries: 5, timeout: 10_000 },
    directory,
    concurrency,
  });
  for (let n = 0; n < total; n++) {
    while (!client.send("s", records[n] ?? {})) await turn();
    if (n % 100 === 99) await turn(); // As an application yields between the requests that it serves.
  }
  await client.flush();
  const { streams } = await client.close();
  if (streams.s?.delivered !== total)
    throw new Error(`Only ${String(streams.s?.delivered)} of ${total} were delivered`);
  rmSync(directory, { recursive: true });
}

async function openTelemetry(sink: Sink): Promise<void> {
  const exporter = new OTLPLogExporter({
    url: `${sink.url}/api/default/v1/logs`,
    headers: { authorization, [streamHeader]: "s" },
    concurrencyLimit: concurrency,
  });
  const processor = new BatchLogRecordProcessor({
    exporter,
    maxQueueSize: total,
    maxExportBatchSize: batchSize,
  });
  const provider = new LoggerProvider({ processors: [processor] });
  const logger = provider.getLogger("bench");
  for (let n = 0; n < total; n++) {
    const { timestamp, level, ...attributes } = records[n] ?? makeRecord(n);
    logger.emit({ body: "", severityText: level, timestamp: new Date(timestamp), attributes });
    if (n % 100 === 99) await turn();
  }
  await provider.forceFlush();
  await provider.shutdown();
}

async function pinoTransport(sink: Sink): Promise<void> {
  const { log } = console;
  console.log = () => undefined; // The transport prints every answer.
  const transport = new OpenobserveTransport({
    url: sink.url,
    organization: "default",
    streamName: "s",
    auth: { username: user, password },
    batchSize,
  });
  const logger = pino(transport);
  for (let n = 0; n < total; n++) {
    logger.info(records[n]);
    if (n % 100 === 99) await turn();
  }
  while ((await sink.count()) < total) await sleep(20);
  console.log = log;
}

async function main(): Promise<void> {
  const contenders = { bareLoop, ours, openTelemetry, pinoTransport };
  const best: Record<string, Measure> = {};
  // In turns, so that a busy machine slows all alike; the best of each counts.
  for (let round = 0; round < rounds; round++)
    for (const [name, send] of Object.entries(contenders)) {
      const result = await measure(send);
      if ((best[name]?.recordsPerSecond ?? 0) < result.recordsPerSecond) best[name] = result;
      console.log(
        `${name.padEnd(14)} ${result.recordsPerSecond.toFixed(0).padStart(8)} records/s  ${result.cpuMicrosPerRecord.toFixed(2)} µs CPU/record`,
      );
    }
  const rate = (name: keyof typeof contenders) => best[name]?.recordsPerSecond ?? 0;
  console.log(
    JSON.stringify({
      bench: "ingest",
      server: values.server,
      records: total,
      results: best,
      ratioToBareLoop: rate("ours") / rate("bareLoop"),
      ratioToOtel: rate("ours") / rate("openTelemetry"),
      ratioToPino: rate("ours") / rate("pinoTransport"),
    }),
  );
  process.exit(0);
}

void main();
