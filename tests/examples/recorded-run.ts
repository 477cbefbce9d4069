import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  envNames,
  type LogStreamRole,
  logStreamRoles,
  resourceAttributes,
  rewriteFieldName,
  slowEventMs,
  streams,
  thresholds,
} from "@o2cqrs/contract";
import { type RunningServer } from "@o2cqrs/local-openobserve";
import { type FaultName } from "../../examples/orders/orders/faults.js";

const main = join(__dirname, "..", "..", "examples", "orders", "dist", "main.js");

/** Whom the recording server knows. */
export const root = { rootUser: "root@example.com", rootPassword: "Complexpass#123" };
const authorization = `Basic ${Buffer.from(`${root.rootUser}:${root.rootPassword}`).toString("base64")}`;

export type Row = Readonly<Record<string, unknown>>;

/** What the orders service sent in a short run, as a server stored it. */
export interface RecordedRun {
  /** Log records, by the stream's name. */
  readonly records: ReadonlyMap<string, readonly Row[]>;
  /** The last sample of each series of metrics. */
  readonly samples: readonly Row[];
}

/** As many customers on any machine: 120, one in ten of them poison; without any in one of 400,000 runs. */
const load = ["--seconds", "4", "--rate", "30"];

/** Runs the service under faults, and reads back from the server what it sent. */
export async function recordRun(server: RunningServer, faults: readonly FaultName[]): Promise<RecordedRun> {
  // A machine that stalls makes the service slow by itself: that run tells nothing of the faults.
  for (let tries = 1; ; tries++) {
    const run = await recordOnce(server, faults, `orders-${faults.join("-")}-${tries}`);
    if (!isStalled(run, faults) || tries === 5) return run;
  }
}

/** What no operation is slower than, but by a fault: that is slow itself, or fails and is tried again after a while. */
const limits = {
  commands: { limitMs: thresholds.commandLatencyP95.value, slowBy: ["slow-commands"] },
  queries: {
    limitMs: thresholds.queryLatencyP95.value,
    slowBy: ["slow-queries", "failing-queries", "failing-refresh"],
  },
  events: { limitMs: slowEventMs, slowBy: ["slow-events"] },
} as const satisfies Record<LogStreamRole, { limitMs: number; slowBy: readonly FaultName[] }>;

const isStalled = ({ records }: RecordedRun, faults: readonly FaultName[]): boolean =>
  logStreamRoles.some((role) => {
    const { limitMs, slowBy } = limits[role];
    const rows = records.get(streams[role].name) ?? [];
    return (
      !slowBy.some((fault) => faults.includes(fault)) &&
      rows.some((row) => Number(row.duration_ms ?? 0) > limitMs)
    );
  });

async function recordOnce(
  server: RunningServer,
  faults: readonly FaultName[],
  service: string,
): Promise<RecordedRun> {
  await promisify(execFile)(process.execPath, [main, ...load, "--faults", faults.join(",")], {
    env: {
      PATH: process.env.PATH,
      [envNames.url]: server.url,
      [envNames.user]: root.rootUser,
      [envNames.token]: root.rootPassword,
      [envNames.serviceName]: service,
      // No batch is due before the end: a small buffer overflows however slow the machine is.
      [envNames.flushInterval]: "60000",
    },
  });
  const records = new Map<string, Row[]>();
  for (const role of logStreamRoles) {
    const { name, storedName } = streams[role];
    records.set(name, await rowsOf(server, "logs", storedName, `service = '${service}'`));
  }
  const serviceLabel = rewriteFieldName(resourceAttributes.service);
  const samples: Row[] = [];
  for (const stream of await metricStreams(server, serviceLabel))
    samples.push(...newest(await rowsOf(server, "metrics", stream, `${serviceLabel} = '${service}'`)));
  return { records, samples };
}

/** The last sample of each series; the server names a series by its hash. */
function newest(rows: readonly Row[]): Row[] {
  const last = new Map<unknown, Row>();
  for (const row of rows) {
    const known = last.get(row.__hash__);
    if (known === undefined || Number(known._timestamp) < Number(row._timestamp)) last.set(row.__hash__, row);
  }
  return [...last.values()];
}

/** The streams that metrics of a service are in: those that have its label. */
async function metricStreams(server: RunningServer, label: string): Promise<string[]> {
  const { list } = await ask<{ list: { name: string; schema: { name: string }[] }[] }>(
    server,
    "/streams?type=metrics&fetchSchema=true",
  );
  return list.filter(({ schema }) => schema.some(({ name }) => name === label)).map(({ name }) => name);
}

async function rowsOf(server: RunningServer, type: string, stream: string, where: string): Promise<Row[]> {
  const now = Date.now() * 1000;
  const sql = `SELECT * FROM "${stream}" WHERE ${where}`;
  const query = { sql, start_time: now - 3600e6, end_time: now + 60e6, from: 0, size: 100_000 };
  return (await ask<{ hits: Row[] }>(server, `/_search?type=${type}`, { query })).hits;
}

async function ask<Answer>({ url }: RunningServer, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}/api/default${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
