// How fast the embedded OpenObserve takes records and answers dashboards. The server is a process of its own; this
// one makes the load. Aims, on two cores: at least 50,000 records a second in batches of 1,000, each batch durable
// before it is answered; 95% of dashboard queries over a million records within 100 ms.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Pool } from "undici";

const records = Number(process.env.BENCH_RECORDS ?? 1_000_000);
const batchSize = 1_000;
const connections = 4;
const rounds = 30;

const credentials = { email: "root@example.com", password: "Bench-password-1" };
const headers = {
  authorization: `Basic ${Buffer.from(`${credentials.email}:${credentials.password}`).toString("base64")}`,
  "content-type": "application/json",
};

async function startServer(dataDir) {
  const main = fileURLToPath(new URL("../local/openobserve/dist/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "--data-dir", dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ZO_ROOT_USER_EMAIL: credentials.email,
      ZO_ROOT_USER_PASSWORD: credentials.password,
    },
  });
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, url: JSON.parse(line).url };
}

const pick = (list, index) => list[index % list.length];

/** A command log as the runtime writes it, spread over the hour before `now` (microseconds). */
const record = (index, now) => ({
  _timestamp: now - Math.floor((index * 3_600_000_000) / records),
  timestamp: new Date((now - index) / 1000).toISOString(),
  env: "prod",
  service: "orders",
  version: "1.2.3",
  source: pick(["apiserver", "worker"], index),
  traceid: index.toString(16).padStart(32, "0"),
  type: pick(["CreateOrder", "CancelOrder", "PayOrder", "ShipOrder"], index * 7),
  status: index % 50 === 0 ? "error" : "success",
  handler: pick(["OrdersHandler", "PaymentsHandler", "ShippingHandler"], index),
  duration_ms: ((index * 7919) % 500) + (index % 97 === 0 ? 1000 : 0),
  retry_count: index % 3,
  payload_size: (index * 31) % 4096,
});

function percentile(sorted, fraction) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
}

/** Seconds of processor time that the server has used; undefined where the system does not tell. */
function processorSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

async function ingest(pool, pid) {
  const now = Date.now() * 1000;
  // Made beforehand, so that only the server's work is measured.
  const bodies = Array.from({ length: records / batchSize }, (_, batch) =>
    JSON.stringify(Array.from({ length: batchSize }, (_, index) => record(batch * batchSize + index, now))),
  );
  const bytes = bodies.reduce((total, body) => total + body.length, 0);
  let next = 0;
  const started = performance.now();
  const usedBefore = processorSeconds(pid);
  const sender = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const answer = await pool.request({
        method: "POST",
        path: "/api/default/cqrs-commands/_json",
        headers,
        body,
      });
      const { status } = await answer.body.json();
      if (answer.statusCode !== 200 || status[0].successful !== batchSize)
        throw new Error(JSON.stringify(status));
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const seconds = (performance.now() - started) / 1000;
  return {
    perSecond: Math.round(records / seconds),
    megabytesPerSecond: Math.round(bytes / seconds / 1e6),
    processorMicrosPerRecord: Number((((processorSeconds(pid) - usedBefore) / records) * 1e6).toFixed(1)),
    now,
  };
}

const dashboard = [
  "SELECT histogram(_timestamp, '1 minute') AS ts, count(*) AS c FROM cqrs_commands GROUP BY ts ORDER BY ts",
  "SELECT histogram(_timestamp, '1 minute') AS ts, type, count(*) AS c FROM cqrs_commands GROUP BY ts, type ORDER BY ts",
  "SELECT histogram(_timestamp, '5 minutes') AS ts, approx_percentile_cont(duration_ms, 0.95) AS p95 FROM cqrs_commands GROUP BY ts ORDER BY ts",
  "SELECT type, avg(duration_ms) AS mean, max(duration_ms) AS worst FROM cqrs_commands GROUP BY type ORDER BY worst DESC",
  "SELECT sum(CASE WHEN status = 'success' THEN 1 ELSE 0 END) * 1.0 / count(*) AS rate FROM cqrs_commands",
  "SELECT handler, count(*) AS c FROM cqrs_commands WHERE status = 'error' GROUP BY handler ORDER BY c DESC",
  "SELECT * FROM cqrs_commands WHERE duration_ms > 1400 ORDER BY duration_ms DESC LIMIT 50",
];

async function query(pool, now) {
  const times = [];
  const slowest = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const sql of dashboard) {
      const body = JSON.stringify({
        query: { sql, start_time: now - 3_700_000_000, end_time: now + 1, size: 1000 },
      });
      const started = performance.now();
      const answer = await pool.request({
        method: "POST",
        path: "/api/default/_search?type=logs",
        headers,
        body,
      });
      const { hits, message } = await answer.body.json();
      if (answer.statusCode !== 200 || hits.length === 0) throw new Error(`${sql}: ${message}`);
      const took = performance.now() - started;
      times.push(took);
      slowest.set(sql, [...(slowest.get(sql) ?? []), took]);
    }
  }
  for (const [sql, each] of slowest) {
    const sorted = each.sort((a, b) => a - b);
    console.log(`  p95 ${percentile(sorted, 0.95).toFixed(1).padStart(7)} ms  ${sql.slice(0, 100)}`);
  }
  return times.sort((a, b) => a - b);
}

const dataDir = mkdtempSync(join(tmpdir(), "o2cqrs-bench-"));
const server = await startServer(dataDir);
const pool = new Pool(server.url, { connections });
try {
  const { now, ...rates } = await ingest(pool, server.child.pid);
  console.log(
    `ingest: ${rates.perSecond} records/s (${rates.megabytesPerSecond} MB/s) in batches of ${batchSize}, ` +
      `${rates.processorMicrosPerRecord} µs of the server's processor time each`,
  );
  const times = await query(pool, now);
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)].map((time) => Number(time.toFixed(1)));
  console.log(`queries: p50 ${p50} ms, p95 ${p95} ms over ${records} records`);
  const { perSecond: ingestRecordsPerSecond, processorMicrosPerRecord } = rates;
  const result = {
    ingestRecordsPerSecond,
    processorMicrosPerRecord,
    queryP50Ms: p50,
    queryP95Ms: p95,
    records,
  };
  console.log(JSON.stringify(result));
} finally {
  await pool.close();
  server.child.kill("SIGTERM");
  await once(server.child, "exit");
  rmSync(dataDir, { recursive: true, force: true });
}
