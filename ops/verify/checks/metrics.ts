import { acceptance, type MetricDefinition, metrics, rewriteFieldName, thresholds } from "@o2cqrs/contract";
import { type Row } from "@o2cqrs/providers/client";
import { type Check, fail, judge, notApplicable, pass } from "../check.js";
import { numberIn, select, textIn, type TimeWindow, type VerifyContext } from "../context.js";
import { from, notProbe } from "../sql.js";

const streamOf = ({ kind, name }: MetricDefinition) => (kind === "histogram" ? `${name}_bucket` : name);

/** They count what should not happen, and are not there while it does not. */
const exceptional: ReadonlySet<string> = new Set([
  metrics.commandRetryTotal.name,
  metrics.eventDlqTotal.name,
]);

/** The newest sample of each metric has its labels; histograms have the declared bounds. */
export const metricsLabelled: Check = async (context) => {
  const present = new Set((await context.admin.streams.list("metrics")).map(({ name }) => name));
  const silent: string[] = [];
  const problems: string[] = [];
  const definitions: readonly MetricDefinition[] = Object.values(metrics);
  for (const metric of definitions) {
    const sample = present.has(streamOf(metric)) ? await newestSample(context, metric) : undefined;
    if (sample !== undefined) problems.push(...(await sampleProblems(context, metric, sample)));
    else if (exceptional.has(metric.name)) silent.push(metric.name);
    else problems.push(`${metric.name} has no sample in the last ${context.since.text}`);
  }
  const seen = definitions.length - problems.length - silent.length;
  const quiet = silent.length === 0 ? "" : `; nothing to count yet for ${silent.join(", ")}`;
  return judge(problems, {
    evidence: `${seen} of ${definitions.length} metrics as declared${quiet}`,
    cure: "Record metrics with the runtime's instruments, and give them some load.",
  });
};

async function newestSample(context: VerifyContext, metric: MetricDefinition): Promise<Row | undefined> {
  const sql = `SELECT * FROM "${streamOf(metric)}" ORDER BY _timestamp DESC LIMIT 1`;
  return (await select(context, sql, { type: "metrics" }))[0];
}

async function sampleProblems(
  context: VerifyContext,
  metric: MetricDefinition,
  sample: Row,
): Promise<string[]> {
  const missing = metric.labels.filter((label) => textIn(sample, rewriteFieldName(label)) === "");
  if (missing.length > 0) return [`${metric.name} lacks ${missing.join(", ")}`];
  return metric.buckets === undefined ? [] : boundProblems(context, metric);
}

async function boundProblems(context: VerifyContext, metric: MetricDefinition): Promise<string[]> {
  const rows = await select(context, `SELECT DISTINCT le FROM "${streamOf(metric)}"`, { type: "metrics" });
  const seen = new Set(rows.map((row) => textIn(row, "le")));
  const missing = (metric.buckets ?? []).filter((bound) => !seen.has(String(bound)));
  return missing.length === 0 ? [] : [`${metric.name} lacks the bounds ${missing.join(", ")}`];
}

function latencyWindow({ window }: VerifyContext): TimeWindow {
  return { start: window.end - acceptance.latencyWindowHours * 3_600_000_000, end: window.end };
}

/** The records know each duration exactly; the histogram only its bucket. */
const latencyCheck =
  (role: "commands" | "queries", limitMs: number): Check =>
  async (context) => {
    const sql = `SELECT approx_percentile_cont(duration_ms, 0.95) AS p95, count(duration_ms) AS n FROM ${from(role)} WHERE ${notProbe} AND duration_ms IS NOT NULL`;
    const [row] = await select(context, sql, { window: latencyWindow(context) });
    const [p95, count] = [numberIn(row, "p95"), numberIn(row, "n")];
    if (count === 0)
      return fail("no duration was recorded", "Run the application with the stack's environment.");
    const evidence = `p95 ${p95.toFixed(1)} ms of ${count} ${role}`;
    if (p95 <= limitMs) return pass(evidence);
    return fail(evidence, `Open the dashboard of the ${role}: slowest types and handlers.`);
  };

export const queryLatency = latencyCheck("queries", acceptance.queryLatencyP95Ms);
export const commandLatency = latencyCheck("commands", acceptance.commandLatencyP95Ms);

export const commandErrors: Check = async (context) => {
  const sql = `SELECT count(*) AS n, count(CASE WHEN status = 'error' THEN 1 END) AS failed FROM ${from("commands")} WHERE ${notProbe} AND status <> 'start'`;
  const [row] = await select(context, sql);
  const [count, failed] = [numberIn(row, "n"), numberIn(row, "failed")];
  if (count === 0) return fail("no command ended", "Run the application with the stack's environment.");
  const rate = failed / count;
  const evidence = `${failed} of ${count} commands failed (${(rate * 100).toFixed(2)}%)`;
  if (rate <= thresholds.commandErrorRate.value) return pass(evidence);
  return fail(evidence, "Group the error records by type and error_code in the commands dashboard.");
};

/** Fewer queries of a type say nothing about its ratio. */
const minQueriesOfType = 20;

export const cacheHitRatio: Check = async (context) => {
  const sql = `SELECT type, count(*) AS n, count(CASE WHEN cache_hit = true THEN 1 END) AS hits FROM ${from("queries")} WHERE ${notProbe} AND status = 'success' GROUP BY type ORDER BY n DESC`;
  const rows = await select(context, sql);
  const types = rows.map((row) => ({
    type: textIn(row, "type"),
    count: numberIn(row, "n"),
    hits: numberIn(row, "hits"),
  }));
  const judged = types.filter(({ count }) => count >= minQueriesOfType);
  if (judged.length === 0)
    return fail(`no type has ${minQueriesOfType} queries`, "Give the application some load.");
  const text = ({ type, count, hits }: (typeof types)[number]) =>
    `${type} ${((hits / count) * 100).toFixed(0)}% of ${count}`;
  const few = types.length - judged.length;
  const low = judged.filter(({ count, hits }) => hits / count < acceptance.minCacheHitRatio);
  return judge(low.map(text), {
    evidence: [
      judged.map(text).join(", "),
      ...(few > 0 ? [`${few} types with fewer than ${minQueriesOfType} queries not judged`] : []),
    ].join("; "),
    cure: "Check stale and cache times of the type, and what invalidates its keys.",
  });
};

/**
 * What runs in the background is counted, and was seen: refreshes by their gauge, or by a stale answer in the records,
 * which starts one; fetches that others may join by the gauge of operations under way. Gauges that only ever said 0
 * show nothing.
 */
export const backgroundRefresh: Check = async (context) => {
  const refreshes = await gaugeOf(context, metrics.backgroundRefreshActive);
  const inFlight = await gaugeOf(context, metrics.inflightOperations);
  const missing = [refreshes, inFlight].filter(({ samples }) => samples === 0);
  if (missing.length > 0)
    return fail(
      "what runs in the background is not counted",
      "Use the runtime's query cache and bus middleware, which report both.",
      missing.map(({ name }) => `${name} has no sample in the last ${context.since.text}`),
    );
  const [row] = await select(
    context,
    `SELECT count(CASE WHEN stale = true THEN 1 END) AS old FROM ${from("queries")} WHERE ${notProbe}`,
  );
  const stale = numberIn(row, "old");
  const evidence = [
    ...[refreshes, inFlight].map(({ name, samples, most }) => `${name}: ${samples} samples, at most ${most}`),
    `${stale} stale answers`,
  ].join("; ");
  const unseen = [
    ...(refreshes.most === 0 && stale === 0 ? ["refresh in the background"] : []),
    ...(inFlight.most === 0 ? ["operation under way, which others could join,"] : []),
  ];
  if (unseen.length === 0) return pass(evidence);
  return notApplicable(
    `no ${unseen.join(" and no ")} was seen in the last ${context.since.text}: ${evidence}`,
  );
};

async function gaugeOf(context: VerifyContext, { name }: MetricDefinition) {
  const sql = `SELECT count(*) AS n, max(value) AS most FROM "${name}"`;
  const [row] = await select(context, sql, { type: "metrics" });
  return { name, samples: numberIn(row, "n"), most: numberIn(row, "most") };
}
