import {
  acceptance,
  acceptanceFields,
  commandLog,
  eventLog,
  type LogStreamRole,
  logStreamRoles,
  queryLog,
  rewriteFieldName,
  spans,
  streams,
} from "@o2cqrs/contract";
import { type Row } from "@o2cqrs/providers/client";
import { type Check, fail, judge, notApplicable } from "../check.js";
import { numberIn, select, textIn, type VerifyContext } from "../context.js";
import { from, hexList, notProbe } from "../sql.js";

/** How many of a stream's records have each column filled in. */
async function completeness(
  context: VerifyContext,
  role: LogStreamRole,
  conditions: Readonly<Record<string, string>>,
) {
  const counts = Object.entries(conditions).map(
    ([name, condition]) => `count(CASE WHEN ${condition} THEN 1 END) AS "has_${name.toLowerCase()}"`,
  );
  const sql = `SELECT count(*) AS total, ${counts.join(", ")} FROM ${from(role)} WHERE ${notProbe}`;
  const [row] = await select(context, sql);
  const total = numberIn(row, "total");
  const lacking = Object.keys(conditions).flatMap((name) => {
    const missing = total - numberIn(row, `has_${name.toLowerCase()}`);
    return missing / Math.max(total, 1) > 1 - acceptance.minFieldCompleteness
      ? [`${streams[role].name}: ${name} is missing or wrong in ${missing} of ${total} records`]
      : [];
  });
  return { total, lacking };
}

const filled = (field: string) => {
  const column = rewriteFieldName(field);
  return `${column} IS NOT NULL AND ${column} <> ''`;
};

const commonConditions = Object.fromEntries(acceptanceFields.map((field) => [field, filled(field)]));

const isOneOf = (column: string, values: readonly string[]) =>
  `${column} IN (${values.map((value) => `'${value}'`).join(", ")})`;

const statusConditions: Readonly<Record<LogStreamRole, Readonly<Record<string, string>>>> = {
  commands: { status: isOneOf("status", commandLog.shape.status.options) },
  queries: {
    status: isOneOf("status", queryLog.shape.status.options),
    cache_hit: "cache_hit IS NOT NULL",
    stale: "stale IS NOT NULL",
  },
  events: { status: isOneOf("status", eventLog.shape.status.options), subscriber: filled("subscriber") },
};

const completenessCheck =
  (conditionsOf: (role: LogStreamRole) => Readonly<Record<string, string>>): Check =>
  async (context) => {
    const found = await Promise.all(
      logStreamRoles.map(async (role) => ({
        role,
        ...(await completeness(context, role, conditionsOf(role))),
      })),
    );
    const empty = found
      .filter(({ total }) => total === 0)
      .map(({ role }) => `${streams[role].name} has no record`);
    const total = found.reduce((sum, each) => sum + each.total, 0);
    const problems = [...empty, ...found.flatMap(({ lacking }) => lacking)];
    return judge(problems, {
      evidence: `${total} records of the last ${context.since.text} read, ${problems.length} shortfalls`,
      cure: "Write records with logCommand, logQuery and logEvent of the runtime, which check them.",
    });
  };

export const logFields = completenessCheck(() => commonConditions);

export const logStatusFields = completenessCheck((role) => statusConditions[role]);

const sampleSize = 200;

const buses = [
  { role: "commands", prefix: spans.command.prefix },
  { role: "queries", prefix: spans.query.prefix },
  { role: "events", prefix: spans.event.prefix },
] as const;

/** Newest spans of each bus must each have a record with the same span id. */
export const logCoverage: Check = async (context) => {
  let read = 0;
  const problems: string[] = [];
  const untraced: string[] = [];
  for (const { role, prefix } of buses) {
    const traced = await select(
      context,
      `SELECT span_id, operation_name FROM ${from("traces")} WHERE operation_name LIKE '${prefix}.%' ORDER BY _timestamp DESC LIMIT ${sampleSize}`,
      { type: "traces", window: context.settled },
    );
    if (traced.length === 0) untraced.push(prefix);
    read += traced.length;
    const known = await loggedSpans(context, role, traced);
    for (const row of traced) {
      if (!known.has(textIn(row, "span_id"))) {
        problems.push(
          `${textIn(row, "operation_name")} (span ${textIn(row, "span_id")}) has no record in ${streams[role].name}`,
        );
      }
    }
  }
  const evidence = `${read - problems.length} of ${read} traced operations have their record`;
  if (problems.length === 0 && untraced.length > 0) {
    const reason = `${evidence}, and no ${untraced.join(", no ")} was traced`;
    return context.appConfig.tracing.samplingRate < 1 && read > 0
      ? notApplicable(`${reason} at this sampling rate`)
      : fail(
          reason,
          "Run the application with the stack's environment, and give each of its buses some load.",
        );
  }
  return judge(problems, {
    evidence,
    cure: "Records were dropped or not written: see cqrs_ingest_records_total and the bus middleware.",
  });
};

async function loggedSpans(context: VerifyContext, role: LogStreamRole, traced: readonly Row[]) {
  const ids = hexList(traced.map((row) => textIn(row, "span_id")));
  if (ids === "") return new Set<string>();
  const logged = await select(context, `SELECT spanid FROM ${from(role)} WHERE spanid IN (${ids})`, {
    size: 10 * sampleSize,
  });
  return new Set(logged.map((row) => textIn(row, "spanid")));
}
