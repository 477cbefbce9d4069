import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import { type AlertDefinition, alerts, streams } from "@o2cqrs/contract";
import {
  type AlertQueries,
  type AlertRow,
  evaluateAlert,
  firesAtOnce,
  runAlert,
  windowOf,
} from "@o2cqrs/local-openobserve/alerts";
import {
  evaluateRange,
  formatDuration,
  memorySource,
  parsePromql,
  type Series,
} from "@o2cqrs/local-openobserve/promql";
import { type AlertTest } from "./case-file.js";
import { evaluatedAlert, frequencyMinutes } from "./evaluated-alert.js";
import { type ArrivedRecord, type RecordStore, recordsOf } from "./record-store.js";

/** What became of a case. */
export interface TestResult {
  readonly name: string;
  /** What was expected and did not come, or came and was not expected; empty when the case passed. */
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

type Labels = Readonly<Record<string, string>>;

const minute = 60_000;
const micros = 1000;

/** Runs one case on a virtual clock that begins at 0. */
export async function runTest(test: AlertTest, store: RecordStore): Promise<TestResult> {
  const started = performance.now();
  const records = recordsOf(test);
  await store.fill(records);
  const trial = new Trial(seriesOf(test), records, store);
  const failures: string[] = [];
  for (const { alertname, eval_time, exp_alerts } of test.alert_rule_test) {
    const found = sorted(await trial.firing(alertOf(alertname), eval_time));
    const wanted = sorted(exp_alerts.map(({ exp_labels }) => exp_labels));
    if (isDeepStrictEqual(found, wanted)) continue;
    failures.push(`${alertname} at ${time(eval_time)}: expected ${shown(wanted)}, got ${shown(found)}`);
  }
  for (const { alertname, until, exp_times } of test.notification_test) {
    const found = (await trial.notifications(alertOf(alertname), until)).map(time).join(", ") || "never";
    const wanted = exp_times.map(time).join(", ") || "never";
    if (found === wanted) continue;
    failures.push(`${alertname} until ${time(until)}: expected to notify at ${wanted}, notified at ${found}`);
  }
  return { name: test.name, failures, milliseconds: performance.now() - started };
}

/** The data of one case, and the alerts' answers to it. Times in milliseconds. */
class Trial {
  constructor(
    private readonly series: readonly Series[],
    private readonly records: readonly ArrivedRecord[],
    private readonly store: RecordStore,
  ) {}

  /** The labels of every alert that fires in the evaluation at a time. */
  async firing(alert: AlertDefinition, now: number): Promise<Labels[]> {
    const evaluated = evaluatedAlert(alert);
    if (evaluated.realTime) {
      return this.#atOnce(alert)
        .filter(({ at }) => at > now - frequencyMinutes * minute && at <= now)
        .map(({ record }) => labelsOf(record));
    }
    const window = windowOf(evaluated.trigger_condition, now * micros);
    const rows = await evaluateAlert(evaluated, window, this.#queries());
    if (rows === undefined) return [];
    // That rows are missing is told once, without labels.
    return rows.length === 0 ? [{}] : rows.map(labelsOf);
  }

  /** When the alert notifies. */
  async notifications(alert: AlertDefinition, until: number): Promise<number[]> {
    const evaluated = evaluatedAlert(alert);
    if (evaluated.realTime) {
      const silence = alert.silenceMinutes * minute;
      return this.#atOnce(alert)
        .filter(({ at }) => at <= until)
        .reduce<number[]>((told, { at }) => {
          const last = told.at(-1);
          return last === undefined || at >= last + silence ? [...told, at] : told;
        }, []);
    }
    const span = { start: frequencyMinutes * minute * micros, end: until * micros };
    const firings = await runAlert(evaluated, span, () => this.#queries());
    return firings.map(({ at }) => at / micros);
  }

  #atOnce(alert: AlertDefinition): ArrivedRecord[] {
    const { query_condition, stream_name } = evaluatedAlert(alert);
    return this.records.filter(
      ({ stream, record }) => storedNameOf(stream) === stream_name && firesAtOnce(query_condition, record),
    );
  }

  /** Every query is bounded by its window, whose end is the virtual now: nothing later is seen. */
  #queries(): AlertQueries {
    return {
      columns: () => [],
      sql: (sql, window, limit) => this.store.query(sql, window, limit),
      promql: (query, { start, end }, step) =>
        Promise.resolve(
          evaluateRange(parsePromql(query), memorySource(this.series), {
            start: start / micros,
            end: end / micros,
            step: step / micros,
          }),
        ),
    };
  }
}

function seriesOf({ interval, input_series }: AlertTest): Series[] {
  return input_series.map(({ series, values }) => {
    const samples = values.flatMap((value, index) =>
      value === undefined ? [] : [{ time: index * interval, value }],
    );
    return {
      labels: series,
      times: samples.map((sample) => sample.time),
      values: samples.map((sample) => sample.value),
    };
  });
}

function alertOf(name: string): AlertDefinition {
  const found = Object.values(alerts).find((alert) => alert.name === name);
  if (found === undefined) throw new Error(`there is no alert ${name}`);
  return found;
}

const storedNameOf = (stream: string) =>
  Object.values(streams).find(({ name }) => name === stream)?.storedName;

/** Columns of a row that tell what an alert is about; the rest are figures, and a record's other fields. */
const labelNames = ["type", "handler", "stream", "reason", "signal"];

function labelsOf(row: AlertRow): Labels {
  return Object.fromEntries(
    labelNames.flatMap((name) => {
      const value = row[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

const time = (milliseconds: number) => formatDuration(milliseconds);
const text = (labels: Labels) =>
  `{${Object.entries(labels)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ")}}`;
const sorted = (all: readonly Labels[]) => all.map(text).sort();
const shown = (all: readonly string[]) => (all.length === 0 ? "no alert" : all.join(" and "));
