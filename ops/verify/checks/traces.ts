import { acceptance, type LogStreamRole, spans, streams } from "@o2cqrs/contract";
import { type Check, fail, judge, notApplicable } from "../check.js";
import { select, textIn, type VerifyContext } from "../context.js";
import { binomialTest } from "../../gate/statistics.js";
import { from, hexList, notProbe } from "../sql.js";

const sampleSize = 200;

interface LoggedOperation {
  readonly traceId: string;
  readonly spanId: string;
  readonly type: string;
}

/** The newest operations that ended, from the records. */
async function loggedOperations(
  context: VerifyContext,
  role: LogStreamRole,
  where = "1 = 1",
): Promise<LoggedOperation[]> {
  const ended = role === "commands" ? "status <> 'start'" : "1 = 1";
  const rows = await select(
    context,
    `SELECT traceid, spanid, type FROM ${from(role)} WHERE ${notProbe} AND ${ended} AND ${where} ORDER BY _timestamp DESC LIMIT ${sampleSize}`,
    { window: context.settled },
  );
  return rows.map((row) => ({
    traceId: textIn(row, "traceid"),
    spanId: textIn(row, "spanid"),
    type: textIn(row, "type"),
  }));
}

/** Trace by span, for those of the operations that were traced. */
async function tracesOf(
  context: VerifyContext,
  operations: readonly LoggedOperation[],
): Promise<Map<string, string>> {
  const ids = hexList(operations.map(({ spanId }) => spanId));
  if (ids === "") return new Map();
  const rows = await select(
    context,
    `SELECT span_id, trace_id FROM ${from("traces")} WHERE span_id IN (${ids})`,
    {
      type: "traces",
      size: sampleSize * 2,
    },
  );
  return new Map(rows.map((row) => [textIn(row, "span_id"), textIn(row, "trace_id")]));
}

const roleOf = { command: "commands", query: "queries", event: "events" } as const;

/** The traces of the operations of which any span is stored: those that sampling kept. */
async function keptTraces(
  context: VerifyContext,
  operations: readonly LoggedOperation[],
): Promise<ReadonlySet<string>> {
  const ids = hexList(operations.map(({ traceId }) => traceId));
  if (ids === "") return new Set();
  const sql = `SELECT trace_id, count(*) AS n FROM ${from("traces")} WHERE trace_id IN (${ids}) GROUP BY trace_id`;
  const rows = await select(context, sql, { type: "traces" });
  return new Set(rows.map((row) => textIn(row, "trace_id")));
}

/** How improbable by chance so few kept traces must be before sampling does not explain them. */
const significance = 0.001;

async function coverageOf(context: VerifyContext, prefix: keyof typeof roleOf) {
  const { samplingRate: rate } = context.appConfig.tracing;
  const operations = await loggedOperations(context, roleOf[prefix]);
  const traced = await tracesOf(context, operations);
  const kept = rate < 1 ? await keptTraces(context, operations) : undefined;
  // Sampling leaves whole traces out on purpose: within those that it keeps nothing may be missing.
  const judged = kept === undefined ? operations : operations.filter(({ traceId }) => kept.has(traceId));
  const covered = judged.filter(({ spanId }) => traced.has(spanId)).length;
  const whole = new Set(operations.map(({ traceId }) => traceId)).size;
  const keeps = { part: kept?.size ?? whole, whole };
  // So few or fewer are kept, which is so many or more left out.
  const chance =
    rate >= 1 ? 1 : binomialTest({ part: whole - keeps.part, whole }, 1 - acceptance.minSpanCoverage * rate);
  return { prefix, count: operations.length, judged: judged.length, covered, keeps, chance };
}

type Coverage = Awaited<ReturnType<typeof coverageOf>>;

function coverageProblems({ prefix, count, judged, covered, keeps, chance }: Coverage): string[] {
  if (count === 0) return [`no ${prefix} was recorded`];
  if (chance < significance)
    return [`${prefix}: of ${keeps.whole} traces only ${keeps.part} are there, fewer than sampling leaves`];
  return covered < acceptance.minSpanCoverage * judged ? [`${prefix} ${covered} of ${judged} traced`] : [];
}

export const spanCoverage: Check = async (context) => {
  const { samplingRate } = context.appConfig.tracing;
  const found = await Promise.all(Object.values(spans).map(({ prefix }) => coverageOf(context, prefix)));
  const problems = found.flatMap(coverageProblems);
  const unseen = found.filter(({ judged }) => judged === 0).map(({ prefix }) => prefix);
  if (problems.length === 0 && unseen.length > 0)
    return notApplicable(
      `no trace of ${unseen.join(", ")} among so few at a sampling rate of ${samplingRate}: give the application some load`,
    );
  const shares = found.map(({ prefix, covered, judged }) => `${prefix} ${covered} of ${judged}`).join(", ");
  return judge(problems, {
    evidence:
      samplingRate < 1
        ? `${shares} traced, in the traces that sampling at ${samplingRate} kept`
        : `${shares} traced`,
    cure: "Check that tracing is on and its exporter reaches the server.",
  });
};

/** The record's trace and span are those of one stored span. */
export const logTraceLink: Check = async (context) => {
  const sampled = context.appConfig.tracing.samplingRate < 1;
  const roles = Object.values(roleOf);
  // Under sampling only traces with errors are sure to be kept.
  const where = sampled ? "status = 'error'" : "1 = 1";
  const operations = (await Promise.all(roles.map((role) => loggedOperations(context, role, where)))).flatMap(
    (list) => list.slice(0, sampleSize / 2),
  );
  const traced = await tracesOf(context, operations);
  if (operations.length < acceptance.minTraceSample) {
    const reason = `only ${operations.length} ${sampled ? "failed operations" : "records"} to follow, ${acceptance.minTraceSample} needed`;
    return sampled
      ? notApplicable(`${reason} at this sampling rate`)
      : fail(reason, "Give the application some load.");
  }
  const broken = operations.filter(({ spanId, traceId }) => traced.get(spanId) !== traceId);
  return judge(
    broken.map(
      ({ type, spanId }) =>
        `the record of ${type} leads to span ${spanId || "(none)"}, which is not in its trace`,
    ),
    {
      evidence: `${operations.length - broken.length} of ${operations.length} records lead to their span`,
      cure: "Write records inside the active span: the bus middleware does.",
    },
  );
};

export const exceptionsRecorded: Check = async (context) => {
  const prefixes = Object.values(spans).map(({ prefix }) => `operation_name LIKE '${prefix}.%'`);
  const rows = await select(
    context,
    `SELECT span_id, operation_name, events FROM ${from("traces")} WHERE span_status = 'ERROR' AND (${prefixes.join(" OR ")}) ORDER BY _timestamp DESC LIMIT ${sampleSize}`,
    { type: "traces" },
  );
  if (rows.length === 0)
    return notApplicable(`no span of ${streams.traces.name} failed in the last ${context.since.text}`);
  const without = rows.filter((row) => !/"name"\s*:\s*"exception"/.test(textIn(row, "events")));
  return judge(
    without.map(
      (row) => `${textIn(row, "operation_name")} (span ${textIn(row, "span_id")}) has no exception event`,
    ),
    {
      evidence: `${rows.length - without.length} of ${rows.length} failed spans carry their exception`,
      cure: "Call span.recordException(error) before the span ends: the bus middleware does.",
    },
  );
};
