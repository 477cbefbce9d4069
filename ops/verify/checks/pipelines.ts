import {
  envNames,
  derivedMetrics,
  type LogStreamRole,
  logStreamRoles,
  piiMarker,
  drill,
  probe,
  type StreamRole,
  streams,
} from "@o2cqrs/contract";
import { type ServerPipeline } from "@o2cqrs/providers/client";
import { type Check, fail, judge, notApplicable, pass } from "../check.js";
import { numberIn, select, type VerifyContext } from "../context.js";
import { from, notProbe } from "../sql.js";

/** Each log stream's records pass a pipeline whose way back into the stream is guarded by the marker. */
export const pipelinesEnabled: Check = async ({ admin }) => {
  const pipelines = await admin.pipelines.list();
  const problems = logStreamRoles.flatMap((role) => {
    const { name, storedName } = streams[role];
    const pipeline = pipelines.find(
      ({ source }) => source.source_type === "realtime" && source.stream_name === storedName,
    );
    if (pipeline === undefined) return [`${name} has no pipeline`];
    if (!pipeline.enabled) return [`${pipeline.name} is off: records are stored unmasked`];
    if (outputsTo(pipeline, storedName).length === 0) return [`${pipeline.name} stores nothing in ${name}`];
    return unguardedOutputs(pipeline, storedName).map(
      (node) => `${pipeline.name}: node ${node} stores what is not marked as masked`,
    );
  });
  return judge(problems, {
    evidence: `${logStreamRoles.length - problems.length} of ${logStreamRoles.length} on and guarded by ${piiMarker}`,
    cure: "Deploy the stack: o2cqrs up --refresh repairs pipelines.",
  });
};

const outputsTo = ({ nodes }: ServerPipeline, storedName: string) =>
  nodes.filter(({ io_type, data }) => io_type === "output" && data.stream_name === storedName);

/** Ids of the nodes that write to the stream and can be reached without passing a condition on the marker. */
function unguardedOutputs(pipeline: ServerPipeline, storedName: string): string[] {
  const { nodes, edges } = pipeline;
  const isGuard = (id: string) => {
    const data = nodes.find((node) => node.id === id)?.data;
    return data?.node_type === "condition" && JSON.stringify(data).includes(piiMarker);
  };
  const reached = new Set<string>();
  const queue = nodes.filter(({ io_type }) => io_type === "input").map(({ id }) => id);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (reached.has(id) || isGuard(id)) continue;
    reached.add(id);
    queue.push(...edges.filter(({ source }) => source === id).map(({ target }) => target));
  }
  return outputsTo(pipeline, storedName)
    .map(({ id }) => id)
    .filter((id) => reached.has(id));
}

/** The pipeline counts errors on a schedule of a minute; younger ones may not have been counted yet. */
const countedAfter = 3 * 60_000_000;

export const errorsBecomeMetrics: Check = async (context) => {
  const window = { start: context.window.start, end: context.window.end - countedAfter };
  const errors = await Promise.all(
    logStreamRoles.map(async (role) => {
      const sql = `SELECT count(*) AS n FROM ${from(role)} WHERE ${notProbe} AND status = 'error'`;
      const [row] = await select(context, sql, { window });
      return numberIn(row, "n");
    }),
  );
  const total = errors.reduce((sum, each) => sum + each, 0);
  if (total === 0)
    return notApplicable(
      `no error record older than ${countedAfter / 60_000_000} min in the last ${context.since.text}`,
    );
  const sql = `SELECT sum(value) AS n FROM ${from("metrics")} WHERE metric_name = '${derivedMetrics.errors}' AND ${notProbe}`;
  const [row] = await select(context, sql, { type: "metrics" });
  const counted = numberIn(row, "n");
  const evidence = `${counted} counted of ${total} error records`;
  if (counted >= total) return pass(evidence);
  return fail(
    evidence,
    "Check the scheduled pipelines that write to cqrs-metrics; o2cqrs up --refresh repairs them.",
  );
};

export const retention: Check = async ({ admin, retentionDays }) => {
  const present = await admin.streams.list();
  const wanted = Object.entries(streams);
  const found = wanted.map(([role, { name, type, storedName }]) => {
    const stream = present.find((each) => each.name === storedName && each.stream_type === type);
    return { name, declared: retentionDays[role as StreamRole], days: stream?.settings.data_retention ?? 0 };
  });
  const problems = found
    .filter(({ days, declared }) => days !== declared)
    .map(
      ({ name, days, declared }) =>
        `${name} keeps records ${days <= 0 ? "by the server's default" : `for ${days} d`}, not for ${declared} d`,
    );
  return judge(problems, {
    evidence: found.map(({ name, days }) => `${name} ${days} d`).join(", "),
    cure: "Deploy the stack: o2cqrs up --refresh. Where the declared days do not fit, set o2cqrs:retentionDays first.",
  });
};

export const ratesSet: Check = ({ appEnv, appConfig }) => {
  const names = [envNames.samplingRate, envNames.batchSize, envNames.flushInterval];
  const problems = names.filter((name) => (appEnv[name] ?? "") === "").map((name) => `${name} is not set`);
  const { tracing, performance } = appConfig;
  return Promise.resolve(
    judge(problems, {
      evidence: `${tracing.samplingRate * 100}% of traces, ${performance.batchSize} records a batch, every ${performance.flushInterval} ms`,
      cure: "Deploy the stack again and give the application its environment (o2cqrs env).",
    }),
  );
};

/** Records of the application in a stream. */
async function recordsIn(context: VerifyContext, role: LogStreamRole): Promise<number> {
  const [row] = await select(context, `SELECT count(*) AS n FROM ${from(role)} WHERE ${notProbe}`);
  return numberIn(row, "n");
}

export const noQuarantine: Check = async (context) => {
  const sql = `SELECT stream, count(*) AS n FROM ${from("quarantine")} WHERE record_id IS NULL OR (record_id NOT LIKE '${probe.recordIdPrefix}%' AND record_id NOT LIKE '${drill.recordIdPrefix}%') GROUP BY stream`;
  const rows = await select(context, sql);
  const setAside = rows.reduce((sum, row) => sum + numberIn(row, "n"), 0);
  const counts = await Promise.all(logStreamRoles.map((role) => recordsIn(context, role)));
  const stored = counts.reduce((sum, each) => sum + each, 0);
  if (setAside + stored === 0)
    return notApplicable(`no record came in the last ${context.since.text}, so none could be set aside`);
  return judge(
    rows.map((row) => `${String(row.stream)}: ${numberIn(row, "n")} records`),
    {
      evidence: `${setAside} records in ${streams.quarantine.name} beside ${stored} stored in the last ${context.since.text}`,
      cure: "The records name their stream: mend what writes fields of the wrong type there.",
    },
  );
};

export const noDeadLetters: Check = async (context) => {
  const sql = `SELECT type, count(*) AS n FROM ${from("events")} WHERE ${notProbe} AND dlq = true GROUP BY type`;
  const rows = await select(context, sql);
  const dead = rows.reduce((sum, row) => sum + numberIn(row, "n"), 0);
  const events = await recordsIn(context, "events");
  if (events === 0)
    return notApplicable(`no event came in the last ${context.since.text}, so none could be given up`);
  return judge(
    rows.map((row) => `${String(row.type)}: ${numberIn(row, "n")}`),
    {
      evidence: `${dead} dead letters among ${events} records of events in the last ${context.since.text}`,
      cure: "Read the error of the event's records, mend the subscriber, and replay the dead letters.",
    },
  );
};
