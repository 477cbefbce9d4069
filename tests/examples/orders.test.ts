import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  acceptance,
  acceptanceFields,
  alerts,
  envNames,
  errorCodes,
  ingestMetrics,
  metrics,
  rewriteFieldName,
  slowEventMs,
  streams,
} from "@o2cqrs/contract";
import { startServer, type RunningServer } from "@o2cqrs/local-openobserve";
import { faultNames } from "../../examples/orders/orders/faults.js";
import { accept, StubServer } from "../runtime/ingest/stub-server.js";

// Builds, and runs processes, which takes a machine that is busy its time.
jest.setTimeout(180_000);

const repository = join(__dirname, "..", "..");
const root = { rootUser: "root@example.com", rootPassword: "Complexpass#123" };
const authorization = `Basic ${Buffer.from(`${root.rootUser}:${root.rootPassword}`).toString("base64")}`;

interface Run {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

type Row = Record<string, unknown>;

let directory: string;
let server: RunningServer;

beforeAll(async () => {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  directory = await mkdtemp(join(tmpdir(), "o2cqrs-orders-"));
  server = await startServer({ dataDir: join(directory, "server"), ...root });
});

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

async function runOrders(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const child = spawn(process.execPath, [join(repository, "examples/orders/dist/main.js"), ...args], {
    env: {
      PATH: process.env.PATH,
      [envNames.url]: server.url,
      [envNames.user]: root.rootUser,
      [envNames.token]: root.rootPassword,
      [envNames.serviceName]: "orders",
      [envNames.resourceAttributes]: "service.version=1.4.0,deployment.environment.name=test,cloud.region=eu",
      ...env,
    },
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, output, errors };
}

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
}

async function search(sql: string, type = "logs"): Promise<Row[]> {
  const now = Date.now() * 1000;
  const query = { sql, start_time: now - 3600e6, end_time: now + 60e6, from: 0, size: 10_000 };
  const answer = (await post(`/api/default/_search?type=${type}`, { query })) as { hits: Row[] };
  return answer.hits;
}

async function promql(query: string): Promise<number> {
  const response = await fetch(
    `${server.url}/api/default/prometheus/api/v1/query?query=${encodeURIComponent(query)}`,
    { headers: { authorization } },
  );
  const answer = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(answer.data.result[0]?.value[1]);
}

describe("the order service, read back from the server", () => {
  let run: Run;
  let summary: {
    operations: { commands: number; queries: number; failed: number };
    records: { commands: number; queries: number; events: number };
    recordsSent: number;
    dropped: number;
    spans: number;
  };

  beforeAll(async () => {
    // 120 orders, one in ten of them poison: without any in one of 400,000 runs.
    run = await runOrders(["--seconds", "2", "--rate", "60", "--faults", "errors,poison"]);
    if (run.code !== 0) throw new Error(`the service ended with ${run.code}: ${run.errors}`);
    summary = JSON.parse(run.output.trim().split("\n").at(-1)!);
  });

  test("exits 0 and prints a summary as its only line", () => {
    expect(run).toMatchObject({ code: 0, errors: "" });
    expect(run.output.trim().split("\n")).toHaveLength(1);
    expect(summary.operations.commands).toBeGreaterThan(20);
    expect(summary.dropped).toBe(0);
  });

  test("logs every command twice and every query once, and sends all of it", async () => {
    const { operations, records } = summary;
    const commands = await search(`SELECT status, count(*) AS n FROM "cqrs_commands" GROUP BY status`);
    const count = (status: string) => Number(commands.find((row) => row.status === status)?.n ?? 0);
    expect(count("start")).toBe(operations.commands);
    expect(count("success") + count("error")).toBe(operations.commands);
    const [queries] = await search(`SELECT count(*) AS n FROM "cqrs_queries"`);
    expect(queries!.n).toBe(operations.queries);
    const [events] = await search(`SELECT count(*) AS n FROM "cqrs_events"`);
    expect(events!.n).toBe(records.events);
    expect(summary.recordsSent).toBe(records.commands + records.queries + records.events);
  });

  test("fills every field that acceptance asks for in every record", async () => {
    for (const { storedName } of [streams.commands, streams.queries, streams.events]) {
      const rows = await search(`SELECT * FROM "${storedName}"`);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows)
        for (const field of acceptanceFields) expect(row[rewriteFieldName(field)]).toMatch(/./);
    }
  });

  test("has a span for every operation, under whose trace and span id its records stand", async () => {
    const spans = await search(`SELECT trace_id, span_id, operation_name FROM "traces"`, "traces");
    const known = new Set(spans.map(({ trace_id, span_id }) => `${String(trace_id)} ${String(span_id)}`));
    const records = [
      ...(await search(`SELECT traceid, spanid FROM "cqrs_commands" WHERE status <> 'start'`)),
      ...(await search(`SELECT traceid, spanid FROM "cqrs_queries"`)),
      ...(await search(`SELECT traceid, spanid FROM "cqrs_events" WHERE status <> 'published'`)),
    ];
    const covered = records.filter(({ traceid, spanid }) =>
      known.has(`${String(traceid)} ${String(spanid)}`),
    );
    expect(covered.length / records.length).toBeGreaterThanOrEqual(acceptance.minSpanCoverage);
    expect(spans).toHaveLength(summary.spans);
    const kinds = new Set(spans.map(({ operation_name }) => String(operation_name).split(".")[0]));
    expect([...kinds].sort()).toEqual(["command", "event", "query"]);
  });

  test("continues a command's trace in the subscribers of its events", async () => {
    const rows = await search(
      `SELECT e.traceid AS traceid FROM "cqrs_events" e WHERE e.type = 'OrderPaid' AND e.status = 'handled'`,
    );
    const commands = await search(`SELECT traceid FROM "cqrs_commands" WHERE type = 'PayOrder'`);
    const traces = new Set(commands.map(({ traceid }) => traceid));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ traceid }) => traces.has(traceid))).toBe(true);
  });

  test("counts in its metrics what it logged", async () => {
    expect(await promql(`sum(${metrics.commandTotal.name})`)).toBe(summary.operations.commands);
    expect(await promql(`sum(${metrics.queryTotal.name})`)).toBe(summary.operations.queries);
    expect(await promql(`sum(${metrics.commandDuration.name}_count)`)).toBe(summary.operations.commands);
    const events = await search(`SELECT dlq FROM "cqrs_events"`);
    const dead = events.filter(({ dlq }) => dlq === true).length;
    expect(await promql(`sum(${metrics.eventDlqTotal.name})`)).toBe(dead);
    expect(dead).toBeGreaterThan(0);
  });

  test("sends no personal data, though an error quotes an address", async () => {
    const rows = await search(`SELECT error FROM "cqrs_commands" WHERE error_code = 'PAYMENT_PROVIDER_DOWN'`);
    expect(rows.length).toBeGreaterThan(0);
    for (const { error } of rows) expect(error).toContain("j***@example.com");
  });
});

describe("under the faults that are not driven above", () => {
  // Tried twice more by the cache, half of the reads that reach the store fail for good.
  const faults = "failing-queries,failing-refresh,no-handler,slow-events";

  beforeAll(async () => {
    const args = ["--seconds", "3", "--rate", "40", "--faults", faults];
    const run = await runOrders(args, { [envNames.serviceName]: "orders-faulty" });
    if (run.code !== 0) throw new Error(`the service ended with ${run.code}: ${run.errors}`);
  });

  const countOf = async (stream: { readonly storedName: string }, condition: string): Promise<number> => {
    const [row] = await search(
      `SELECT count(*) AS n FROM "${stream.storedName}" WHERE service = 'orders-faulty' AND ${condition}`,
    );
    return Number(row!.n);
  };

  test("queries fail, in the record of the query and of its background refresh", async () => {
    expect(await countOf(streams.queries, "status = 'error'")).toBeGreaterThan(0);
    expect(await countOf(streams.queries, "error_code = 'ORDER_STORE_DOWN'")).toBeGreaterThan(0);
    expect(await countOf(streams.queries, `error_code = '${errorCodes.refreshFailed}'`)).toBeGreaterThan(0);
  });

  test("messages without a handler are told of in all three streams", async () => {
    for (const stream of [streams.commands, streams.queries, streams.events])
      expect(await countOf(stream, `error_code = '${errorCodes.handlerMissing}'`)).toBeGreaterThan(0);
  });

  test("events take longer than they may", async () => {
    expect(await countOf(streams.events, `duration_ms > ${slowEventMs}`)).toBeGreaterThan(0);
  });

  test("telemetry is dropped, and the metric of it says how much", async () => {
    // No batch is due before the end, and the buffer holds a fourteenth of the records that are made.
    const run = await runOrders(["--seconds", "2", "--rate", "40", "--faults", "small-buffer,lost-spans"], {
      [envNames.serviceName]: "orders-lossy",
      [envNames.flushInterval]: "60000",
    });
    expect(run.code).toBe(0);
    const { dropped } = JSON.parse(run.output.trim().split("\n").at(-1)!) as { dropped: number };
    expect(dropped).toBeGreaterThan(0);
    expect(await promql(`sum(${ingestMetrics.records.name}{outcome="dropped"})`)).toBe(dropped);
    expect(await promql(`sum(${ingestMetrics.exportFailures.name}{signal="traces"})`)).toBeGreaterThan(0);
  });
});

test("the service's README says of every alert how it is made to rise", () => {
  const readme = readFileSync(join(repository, "examples", "orders", "README.md"), "utf8");
  // `…-burn-fast` and `-slow` stand together.
  const missing = Object.values(alerts).filter(
    ({ name }) =>
      !readme.includes(`\`${name}\``) &&
      !readme.includes(`\`${name.replace(/-slow$/, "-fast")}\` and \`-slow\``),
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
  for (const fault of faultNames) expect(readme).toContain(`| \`${fault}\``);
});

test("runs until it is told to stop, and then sends what it has", async () => {
  const stub = await StubServer.start();
  const arrived = new Promise<void>((resolve) => {
    stub.respond = (request, response) => {
      accept(request, response);
      resolve();
    };
  });
  const child = spawn(
    process.execPath,
    [join(repository, "examples/orders/dist/main.js"), "--seconds", "0"],
    {
      env: { PATH: process.env.PATH, [envNames.url]: stub.url, [envNames.token]: "t" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await arrived;
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  const { recordsSent, undeliveredBytes } = JSON.parse(output);
  expect(recordsSent).toBe(stub.records().length);
  expect(undeliveredBytes).toBe(0);
  await stub.stop();
});

test("names the missing variables when it is not configured", async () => {
  const run = await runOrders([], { [envNames.url]: "", [envNames.token]: "" });
  expect(run.code).toBe(1);
  expect(run.errors).toContain("OPENOBSERVE_URL (or OPENOBSERVE_BASE_URL) is not set");
  expect(run.errors).toContain("OPENOBSERVE_TOKEN is not set");
});

test("explains its options when it is given one that it does not know", async () => {
  const run = await runOrders(["--faults", "gremlins"]);
  expect(run.code).toBe(2);
  expect(run.errors).toContain("--faults");
});
