import { acceptance, type LogStreamRole, spans, streams } from "@o2cqrs/contract";
import { type Check, fail, judge, notApplicable } from "../check.js";
import { select, textIn, type VerifyContext } from "../context.js";
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

export const spanCoverage: Check = async (context) => {
  // Sampling leaves traces out on purpose; the share is of those that it keeps.
  const { samplingRate } = context.appConfig.tracing;
  const wanted = acceptance.minSpanCoverage * samplingRate;
  const found = await Promise.all(
    Object.values(spans).map(async ({ prefix }) => {
      const operations = await loggedOperations(context, roleOf[prefix]);
      const traced = await tracesOf(context, operations);
      const covered = operations.filter(({ spanId }) => traced.has(spanId)).length;
      return { prefix, count: operations.length, covered };
    }),
  );
  const text = ({ prefix, count, covered }: (typeof found)[number]) => `${prefix} ${covered} of ${count}`;
  const problems = found.flatMap((each) => {
    if (each.count === 0) return [`no ${each.prefix} was recorded`];
    return each.covered / each.count < wanted ? [`${text(each)} traced`] : [];
  });
  return judge(problems, {
    evidence: `${found.map(text).join(", ")} traced${samplingRate < 1 ? ` at a sampling rate of ${samplingRate}` : ""}`,
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
