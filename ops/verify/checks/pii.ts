import { acceptance, logStreamRoles, maskText, streams } from "@o2cqrs/contract";
import { type Row } from "@o2cqrs/providers/client";
import { type Check, fail, type Finding, judge, notApplicable } from "../check.js";
import { select, textIn, type VerifyContext } from "../context.js";
import { from, notProbe } from "../sql.js";
import { leakProbe } from "../probe/leak-probe.js";

export const piiProbe: Check = async (context) => {
  const { sent, masked, quarantined, streamsSearched, leaks, lost } = await leakProbe(
    context,
    acceptance.minPiiSample,
  );
  const problems = [
    ...leaks.map(({ stream, placement }) => `${stream}: readable after "${placement}"`),
    ...(lost > 0 ? [`${lost} of ${sent} records arrived nowhere, so nothing is shown of them`] : []),
  ];
  return judge(problems, {
    evidence: `${sent} records sent as the application, ${masked} stored masked, ${quarantined} in quarantine, ${leaks.length} readable in ${streamsSearched} streams`,
    cure: "Stop the application's log delivery, then deploy the masking pipelines again: o2cqrs up --refresh.",
  });
};

/** Newest records of each log stream, and spans: no text of theirs may be changed by masking it again. */
export const piiSample: Check = async (context) => {
  const samples = await Promise.all(
    logStreamRoles.map(async (role) => ({
      name: streams[role].name,
      rows: await select(
        context,
        `SELECT * FROM ${from(role)} WHERE ${notProbe} ORDER BY _timestamp DESC LIMIT ${acceptance.minPiiSample}`,
      ),
    })),
  );
  // Spans pass no pipeline: the application masks them itself.
  const spans = await select(
    context,
    `SELECT * FROM ${from("traces")} ORDER BY _timestamp DESC LIMIT ${acceptance.minPiiSample}`,
    { type: "traces" },
  );
  const read = samples.reduce((sum, { rows }) => sum + rows.length, 0);
  if (read < acceptance.minPiiSample) {
    return fail(
      `only ${read} records to sample, ${acceptance.minPiiSample} needed`,
      "Give the application some load.",
    );
  }
  const problems = unmasked(samples, spans);
  const evidence = `${read} records and ${spans.length} spans sampled, ${problems.length} texts unmasked`;
  return (
    missingFrom(context, samples, spans, { problems, evidence }) ??
    judge(problems, {
      evidence,
      cure: "Find which field it is, and add it to the contract's personal fields if its form is not known.",
    })
  );
};

interface Sample {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** What is not there shows nothing; what is found is told in any case. */
function missingFrom(
  { appConfig: { tracing } }: VerifyContext,
  samples: readonly Sample[],
  spans: readonly Row[],
  { problems, evidence }: { readonly problems: readonly string[]; readonly evidence: string },
): Finding | undefined {
  if (problems.length > 0) return undefined;
  const empty = samples.filter(({ rows }) => rows.length === 0).map(({ name }) => name);
  if (empty.length > 0)
    return fail(
      `${evidence}, and nothing in ${empty.join(", ")} to sample`,
      "Give the application some load.",
    );
  if (spans.length > 0 || !tracing.enabled) return undefined;
  const reason = `${evidence}, and no span to sample`;
  return tracing.samplingRate < 1
    ? notApplicable(`${reason} at this sampling rate`)
    : fail(reason, "Check that tracing is on and its exporter reaches the server.");
}

function unmasked(samples: readonly Sample[], spans: readonly Row[]): string[] {
  return [
    ...samples.flatMap(({ name, rows }) =>
      rows.flatMap((row) =>
        unmaskedColumns(row).map(
          (column) => `${name}: record ${textIn(row, "recordid")} has personal data in ${column}`,
        ),
      ),
    ),
    ...spans.flatMap((span) =>
      unmaskedColumns(span).map(
        (column) => `${streams.traces.name}: span ${textIn(span, "span_id")} has personal data in ${column}`,
      ),
    ),
  ];
}

function unmaskedColumns(row: Row): string[] {
  return Object.entries(row).flatMap(([column, value]) =>
    typeof value === "string" && maskText(value) !== value ? [column] : [],
  );
}
