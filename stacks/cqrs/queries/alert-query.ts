import {
  type AlertDefinition,
  burnRates,
  derivedMetrics,
  objectives,
  type ObjectiveSource,
  probe,
  rewriteFieldName,
  streams,
  syntheticServices,
  type Threshold,
  thresholds,
} from "@o2cqrs/contract";
import type { AlertSpec } from "@o2cqrs/providers";
import {
  avg,
  before,
  countAbove,
  duration,
  held,
  increase,
  type Matchers,
  over,
  quantile,
  type Range,
  rate,
  ratio,
  series,
  shareAbove,
  sum,
  sumOverTime,
} from "./promql.js";
import { columns, isNot, select, sqlString, startsWithNone } from "./sql.js";

/** What the server evaluates for an alert. */
export interface AlertQuery extends Pick<AlertSpec, "stream" | "condition" | "trigger"> {
  readonly streamType: "logs" | "metrics";
  /** The limit for people: `> 300 ms for 10 min`. */
  readonly limit: string;
  /** How far back a reader should look, in minutes. */
  readonly windowMinutes: number;
  /** Every metric stream that it reads, and the labels that it reads there. */
  readonly metricStreams: Readonly<Record<string, readonly string[]>>;
}

/**
 * Range of the rates behind alerts: at least two points of a counter must fall into it, however slowly the
 * application exports (once a minute by default).
 */
const rateMinutes = 5;

/**
 * The records of probes, which break the rules on purpose. Probes write records only; the metrics of an
 * application are not narrowed, as the server drops series that lack a label from what is not equal to it.
 */
const noProbe = isNot("service", [probe.service]);

/** A share with at most six digits, as floating point turns 14.4 × 0.001 into 0.014400000000000001. */
const rounded = (value: number): number => Number(value.toPrecision(6));

/** @param frequencyMinutes minutes between evaluations */
export function alertQuery(alert: AlertDefinition, frequencyMinutes: number): AlertQuery {
  const { signal } = alert;
  switch (signal.kind) {
    case "latency": {
      const threshold = thresholds[signal.threshold];
      const by = ["type", "handler"];
      return promql(frequencyMinutes, {
        stream: `${threshold.metric}_bucket`,
        ...breach(threshold, (offsetMinutes) =>
          quantile(signal.quantile, threshold.metric, by, { minutes: rateMinutes, offsetMinutes }),
        ),
        metricStreams: { [`${threshold.metric}_bucket`]: ["le", ...by] },
      });
    }
    case "errorRatio": {
      const threshold = thresholds[signal.threshold];
      const rateOf = (status: string | string[], range: Range) =>
        sum(rate(over(series(threshold.metric, { status }), range)), ["type"]);
      return promql(frequencyMinutes, {
        stream: threshold.metric,
        ...breach(threshold, (offsetMinutes) => {
          const range = { minutes: rateMinutes, offsetMinutes };
          // Only outcomes: an application that counts starts too would halve the share.
          return ratio(rateOf("error", range), rateOf(["success", "error"], range));
        }),
        metricStreams: { [threshold.metric]: ["type", "status"] },
      });
    }
    case "gauge": {
      const threshold = thresholds[signal.threshold];
      return promql(frequencyMinutes, {
        stream: threshold.metric,
        ...breach(threshold, (offsetMinutes) => avg(before(threshold.metric, offsetMinutes), ["type"])),
        metricStreams: { [threshold.metric]: ["type"] },
      });
    }
    case "growth": {
      const counter = over(series(signal.metric, signal.where), { minutes: rateMinutes });
      return promql(frequencyMinutes, {
        stream: signal.metric,
        promql: sum(increase(counter), signal.by),
        operator: ">",
        value: 0,
        limit: `> 0 in ${rateMinutes} min`,
        windowMinutes: rateMinutes,
        metricStreams: { [signal.metric]: [...signal.by, ...Object.keys(signal.where ?? {})] },
      });
    }
    case "deadLetter":
      return {
        stream: streams.events.storedName,
        streamType: "logs",
        condition: {
          kind: "custom",
          where: {
            all: [
              { column: "dlq", operator: "=", value: true },
              { column: "service", operator: "!=", value: probe.service },
            ],
          },
          realTime: true,
        },
        trigger: { periodMinutes: 1 },
        limit: "any, at once",
        windowMinutes: 15,
        metricStreams: {},
      };
    case "silence": {
      const { storedName } = streams[signal.stream];
      // A row must be found: v0.90 sends no notification for an alert that fires on having none.
      const silentSeconds = `EXTRACT(EPOCH FROM NOW()) - MAX(_timestamp) * 0.000001`;
      return {
        ...sql(frequencyMinutes, signal.lookBackMinutes, storedName, {
          query: select({
            columns: { value: `CAST((${silentSeconds}) * 0.0166667 AS BIGINT)` },
            from: storedName,
            // Neither does a drill end the silence of an application.
            where: isNot("service", syntheticServices),
            having: `${silentSeconds} > ${signal.windowMinutes * 60}`,
          }),
          limit: `no record for ${signal.windowMinutes} min`,
        }),
        windowMinutes: signal.windowMinutes,
      };
    }
    case "quarantine": {
      const { storedName } = streams.quarantine;
      return sql(frequencyMinutes, signal.windowMinutes, storedName, {
        query: select({
          columns: { ...columns("stream", "reason"), value: "COUNT(*)" },
          from: storedName,
          where: startsWithNone("record_id", [probe.recordIdPrefix]),
          groupBy: ["stream", "reason"],
        }),
        limit: `> 0 in ${signal.windowMinutes} min`,
      });
    }
    case "errorCode": {
      const { storedName } = streams[signal.stream];
      return sql(frequencyMinutes, signal.windowMinutes, storedName, {
        query: select({
          columns: { ...columns("type", "handler"), value: "COUNT(*)" },
          from: storedName,
          where: `${rewriteFieldName("error_code")} = ${sqlString(signal.code)} AND ${noProbe}`,
          groupBy: ["type", "handler"],
        }),
        limit: `> 0 in ${signal.windowMinutes} min`,
      });
    }
    case "burnRate": {
      const { target, source, bus } = objectives[signal.objective];
      const { factor, longWindowMinutes, shortWindowMinutes, minBadOperations } = burnRates[signal.pace];
      const value = rounded(factor * (1 - target));
      const spent = badShare(source, bus, { records: { service: { not: [probe.service] } }, metrics: {} });
      const [long, short] = [{ minutes: longWindowMinutes }, { minutes: shortWindowMinutes }];
      return promql(frequencyMinutes, {
        ...spent,
        promql: `${spent.share(long)} and (${spent.share(short)} > ${value}) and (${spent.count(long)} >= ${minBadOperations})`,
        operator: ">",
        value,
        limit: `> ${rounded(value * 100)}% bad in ${duration(longWindowMinutes)} and in ${duration(shortWindowMinutes)}, from ${minBadOperations} bad on`,
        windowMinutes: longWindowMinutes,
      });
    }
  }
}

export interface BadShare {
  readonly stream: string;
  /** Share of the operations that were bad. */
  readonly share: (range: Range) => string;
  /** How many were. */
  readonly count: (range: Range) => string;
  /** All operations, in whatever unit: something wherever anything was done. */
  readonly all: (range: Range) => string;
  readonly metricStreams: Readonly<Record<string, readonly string[]>>;
}

/** What is counted: among what the pipeline counted in records, and in the metrics of applications. */
export interface Counted {
  readonly records: Matchers;
  readonly metrics: Matchers;
}

/** The share of an objective's operations that were bad. */
export function badShare(source: ObjectiveSource, bus: string, among: Counted): BadShare {
  const { metric } = source;
  const measured = among.metrics;
  const counted = (name: string): BadShare => {
    const { storedName } = streams.metrics;
    const matchers = { metric_name: name, bus, ...among.records };
    const count = (range: Range) => sum(sumOverTime(over(series(storedName, matchers), range)));
    const all = (range: Range) => sum(increase(over(series(metric, measured), range)));
    return {
      stream: storedName,
      share: (range) => ratio(count(range), all(range)),
      count,
      all,
      metricStreams: { [metric]: ["type"] },
    };
  };
  switch (source.kind) {
    case "status": {
      const bad = series(metric, { status: source.errorStatus, ...measured });
      const all = (range: Range) => sum(rate(over(series(metric, measured), range)));
      return {
        stream: metric,
        share: (range) => ratio(sum(rate(over(bad, range))), all(range)),
        count: (range) => sum(increase(over(bad, range))),
        all,
        metricStreams: { [metric]: ["type", "status"] },
      };
    }
    case "histogram":
      return {
        stream: `${metric}_bucket`,
        share: (range) => shareAbove(source.limitMs, metric, range, measured),
        count: (range) => countAbove(source.limitMs, metric, range, measured),
        all: (range) => sum(rate(over(series(`${metric}_count`, measured), range))),
        metricStreams: {
          [`${metric}_bucket`]: ["le", "type", "handler"],
          [`${metric}_count`]: ["type", "handler"],
        },
      };
    case "derivedErrors":
      return counted(derivedMetrics.errors);
    case "derivedSlow":
      return counted(derivedMetrics.slow);
  }
}

/** A threshold's breach, all through its window. */
function breach(threshold: Threshold, figure: (offsetMinutes: number) => string) {
  const { operator, value, windowMinutes } = threshold;
  return {
    promql: held(figure, operator, value, windowMinutes),
    operator,
    value,
    limit: limitOf(threshold),
    windowMinutes,
  };
}

function limitOf({ operator, value, unit, windowMinutes }: Threshold): string {
  const figure = unit === "ratio" ? `${rounded(value * 100)}%` : unit === "ms" ? `${value} ms` : `${value}`;
  return `${operator} ${figure} for ${windowMinutes} min`;
}

type Described = Pick<AlertQuery, "limit" | "windowMinutes" | "metricStreams" | "stream">;

/**
 * A PromQL alert. v0.60 counts the points of a series within the period, v0.90 the series: with a threshold
 * of one and a period as long as the interval both fire when the comparison holds at any instant since the
 * last evaluation, and the window is the expression's own business.
 */
function promql(
  frequencyMinutes: number,
  query: Described & { promql: string; operator: ">" | "<"; value: number },
): AlertQuery {
  return {
    stream: query.stream,
    streamType: "metrics",
    condition: { kind: "promql", promql: query.promql, operator: query.operator, value: query.value },
    trigger: { periodMinutes: frequencyMinutes, frequencyMinutes, operator: ">=", threshold: 1 },
    limit: query.limit,
    windowMinutes: query.windowMinutes,
    metricStreams: query.metricStreams,
  };
}

/** A SQL alert, over the records of a window. */
function sql(
  frequencyMinutes: number,
  windowMinutes: number,
  stream: string,
  query: { query: string; limit: string },
): AlertQuery {
  return {
    stream,
    streamType: "logs",
    condition: { kind: "sql", sql: query.query },
    trigger: {
      periodMinutes: windowMinutes,
      frequencyMinutes,
      operator: ">=",
      threshold: 1,
    },
    limit: query.limit,
    windowMinutes,
    metricStreams: {},
  };
}
