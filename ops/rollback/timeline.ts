import { thresholds } from "@o2cqrs/contract";
import { type OpenObserve, type Row } from "@o2cqrs/providers/client";
import { type GateRecord } from "../gate/record.js";
import { numberIn, textIn } from "../verify/context.js";
import { from, notProbe } from "../verify/sql.js";
import { rollbackSteps } from "./steps.js";
import { type RollbackRecord } from "./record.js";

/** Something that happened; `at` in milliseconds since 1970. */
export interface TimelineEvent {
  readonly at: number;
  readonly what: string;
}

/** What the gate and the rollback did, in the order in which it happened. */
export function eventsOf(rollback: RollbackRecord, gate: GateRecord | undefined): TimelineEvent[] {
  const { trigger, steps, startedAt, endedAt, undoneAt } = rollback;
  const why = trigger.alert === undefined ? trigger.reason : `alert ${trigger.alert}: ${trigger.reason}`;
  return [
    ...(gate === undefined ? [] : gateEvents(gate)),
    {
      at: startedAt,
      what: `Rollback started by ${trigger.source === "alert" ? "an alert" : "an operator"}: ${why}`,
    },
    ...steps.flatMap(({ id, status, detail, at }) =>
      at === undefined ? [] : [{ at, what: `${rollbackSteps[id].title}: ${status}, ${detail ?? ""}` }],
    ),
    ...(endedAt === undefined ? [] : [{ at: endedAt, what: "Rollback ended" }]),
    ...(undoneAt === undefined ? [] : [{ at: undoneAt, what: "Measures undone" }]),
  ].sort((a, b) => a.at - b.at);
}

function gateEvents({ canary, startedAt, steps, outcome }: GateRecord): TimelineEvent[] {
  return [
    { at: startedAt, what: `Gate of ${canary} started` },
    ...steps.flatMap(({ percent, since, endedAt, decision }) => [
      { at: since, what: `${percent}% of traffic to ${canary}` },
      ...(endedAt === undefined || decision === undefined
        ? []
        : [{ at: endedAt, what: `${percent}%: ${decision.kind}, ${decision.reason}` }]),
    ]),
    ...(outcome === undefined
      ? []
      : [{ at: outcome.at, what: `Gate ended: ${outcome.kind}, ${outcome.reason}` }]),
  ];
}

/** A version's minute. */
export interface MinuteFigures {
  readonly at: number;
  readonly version: string;
  readonly commands: number;
  readonly commandErrors: number;
  readonly commandP95: number;
  readonly queries: number;
  readonly queryP95: number;
  readonly hits: number;
  readonly deadLetters: number;
}

/**
 * Every version's figures by the minute, from the records.
 * @param window in milliseconds since 1970
 * @throws OpenObserveError when the server cannot be asked
 */
export async function minuteFigures(
  server: Pick<OpenObserve, "telemetry">,
  window: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<MinuteFigures[]> {
  const read = async (role: "commands" | "queries" | "events", columns: string, where = "1 = 1") => {
    const { rows } = await server.telemetry.search(
      `SELECT histogram(_timestamp, '1 minute') AS moment, version, count(*) AS n, ${columns} FROM ${from(role)} WHERE ${notProbe} AND ${where} GROUP BY moment, version ORDER BY moment`,
      { start: window.start * 1000, end: window.end * 1000, size: 10_000, signal },
    );
    return rows;
  };
  const p95 = "approx_percentile_cont(duration_ms, 0.95) AS p95";
  // One after the other: where the server is away, the first says so and no other is left behind.
  const commands = await read(
    "commands",
    `${p95}, count(CASE WHEN status = 'error' THEN 1 END) AS failed`,
    "status <> 'start'",
  );
  const queries = await read("queries", `${p95}, count(CASE WHEN cache_hit = true THEN 1 END) AS hits`);
  const events = await read("events", "count(CASE WHEN dlq = true THEN 1 END) AS dead");
  const keyOf = (row: Row) => `${textIn(row, "moment")} ${textIn(row, "version")}`;
  const byKey = (rows: readonly Row[]) => new Map(rows.map((row) => [keyOf(row), row]));
  const [commandAt, queryAt, eventAt] = [byKey(commands), byKey(queries), byKey(events)];
  const keys = [...new Set([...commandAt.keys(), ...queryAt.keys(), ...eventAt.keys()])].sort();
  return keys.map((key) => {
    const [command, query, event] = [commandAt.get(key), queryAt.get(key), eventAt.get(key)];
    const any = command ?? query ?? event;
    return {
      // The server answers UTC without saying so.
      at: Date.parse(`${textIn(any, "moment")}Z`),
      version: textIn(any, "version"),
      commands: numberIn(command, "n"),
      commandErrors: numberIn(command, "failed"),
      commandP95: numberIn(command, "p95"),
      queries: numberIn(query, "n"),
      queryP95: numberIn(query, "p95"),
      hits: numberIn(query, "hits"),
      deadLetters: numberIn(event, "dead"),
    };
  });
}

/** When a version was beyond a threshold, in words; the review starts from it. */
export function breachesOf(minutes: readonly MinuteFigures[]): string[] {
  const { queryLatencyP95, commandLatencyP95, commandErrorRate, queryCacheHitRatio } = thresholds;
  const rules: readonly (readonly [string, (minute: MinuteFigures) => boolean])[] = [
    [queryLatencyP95.title, ({ queries, queryP95 }) => queries > 0 && queryP95 > queryLatencyP95.value],
    [
      commandLatencyP95.title,
      ({ commands, commandP95 }) => commands > 0 && commandP95 > commandLatencyP95.value,
    ],
    [
      commandErrorRate.title,
      ({ commands, commandErrors }) => commands > 0 && commandErrors / commands > commandErrorRate.value,
    ],
    [
      queryCacheHitRatio.title,
      ({ queries, hits }) => queries > 0 && hits / queries < queryCacheHitRatio.value,
    ],
    [thresholds.eventDlq.title, ({ deadLetters }) => deadLetters > thresholds.eventDlq.value],
  ];
  const versions = [...new Set(minutes.map(({ version }) => version))];
  return versions.flatMap((version) => {
    const own = minutes.filter((minute) => minute.version === version);
    return rules.flatMap(([title, isBeyond]) => {
      const beyond = own.filter(isBeyond);
      const first = beyond[0];
      if (first === undefined) return [];
      return [
        `${title}: ${version}, in ${beyond.length} of ${own.length} minutes, first at ${new Date(first.at).toISOString()}`,
      ];
    });
  });
}
