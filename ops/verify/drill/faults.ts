import {
  type AlertDefinition,
  type AlertSignal,
  burnRates,
  derivedMetrics,
  drill,
  durationBuckets,
  objectives,
  type ObjectiveSource,
  probe,
  streams,
  thresholds,
} from "@o2cqrs/contract";
import { drillRecordId, probeRecordId } from "../probe/records.js";
import { type DrillSeries, type DrillTelemetry } from "./telemetry.js";

/** Which side of an alert's condition is written: just healthy enough, or a fault. */
export type Side = "control" | "fault";

type Watched = Pick<AlertDefinition, "name" | "signal">;

/** `cqrs-query-latency-p95` as the type of what is written for it: `DrillQueryLatencyP95`. */
export const drillType = ({ name }: Pick<AlertDefinition, "name">, side: Side): string => {
  const words = name.split("-").slice(1);
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return `${drill.typePrefix}${side === "control" ? "Control" : ""}${pascal}`;
};

/** Servers take what is at most five hours old; a window that is longer is filled as far as that. */
const mostMinutesBack = 270;

/** Time for the windows of rates, before the window through which a condition must hold. */
const lead = 10;

const records = (stream: DrillTelemetry["records"][number]["stream"], ...fields: Fields[]) => ({
  series: [],
  records: fields.map((each) => ({ stream, fields: each })),
});
type Fields = DrillTelemetry["records"][number]["fields"];

/**
 * What must not make an alert fire, and what must.
 * @param operationsPerMinute of the application, for alerts on a share of all its operations: the fault must
 *   outweigh them
 * @returns undefined where writing cannot make the fault: silence
 */
export function drillTelemetry(
  alert: Watched,
  side: Side,
  operationsPerMinute: number,
): DrillTelemetry | undefined {
  const { signal } = alert;
  const type = drillType(alert, side);
  const handler = `${type}Handler`;
  const faulty = side === "fault";
  switch (signal.kind) {
    case "latency": {
      const { metric, value, windowMinutes } = thresholds[signal.threshold];
      // A control's quantile is under the limit by a hair: just fewer are slow than would move it.
      const slow = faulty ? 1 : (1 - signal.quantile) * 0.8;
      const minutesBack = windowMinutes + lead;
      return { series: histogram(metric, value, { type, handler }, slow, 100, minutesBack), records: [] };
    }
    case "errorRatio": {
      const { metric, value, windowMinutes } = thresholds[signal.threshold];
      // The control is within the objective of the same bus too, which is stricter than the limit.
      const failing = faulty ? value * 2 : value * 0.05;
      const minutesBack = windowMinutes + lead;
      return {
        series: [
          { metric, labels: { type, status: "error" }, counter: 100 * failing, minutesBack },
          { metric, labels: { type, status: "success" }, counter: 100 * (1 - failing), minutesBack },
        ],
        records: [],
      };
    }
    case "gauge": {
      const { metric, operator, value, windowMinutes } = thresholds[signal.threshold];
      const beyond = operator === "<" ? 0.9 : 1.1;
      const within = operator === "<" ? 1.1 : 0.9;
      const gauge = value * (faulty ? beyond : within);
      return {
        series: [{ metric, labels: { type }, gauge, minutesBack: windowMinutes + lead }],
        records: [],
      };
    }
    case "growth": {
      const { metric, by, where } = signal;
      const labels = { ...Object.fromEntries(by.map((label) => [label, type])), ...where };
      return { series: [{ metric, labels, counter: faulty ? 1 : 0, minutesBack: lead }], records: [] };
    }
    case "deadLetter":
      return faulty
        ? records("events", { type, handler, status: "error", dlq: true })
        : records(
            "events",
            { type, handler, status: "error", dlq: false },
            { type, handler, status: "error", dlq: true, service: probe.service },
          );
    case "silence":
      return undefined;
    case "quarantine": {
      const record_id = faulty ? drillRecordId() : probeRecordId();
      return records("quarantine", { stream: "cqrs-commands", reason: type, record_id });
    }
    case "errorCode": {
      const failed = { type, handler, status: "error" };
      return faulty
        ? records(signal.stream, { ...failed, error_code: signal.code })
        : records(
            signal.stream,
            { ...failed, error_code: "DRILL" },
            { ...failed, error_code: signal.code, service: probe.service },
          );
    }
    case "burnRate":
      return burn(signal, side, { type, handler }, operationsPerMinute);
  }
}

interface Labels {
  readonly type: string;
  readonly handler: string;
}

/** Operations of which a share is slower than a limit: the two buckets around it, all, and their count. */
function histogram(
  metric: string,
  limitMs: number,
  labels: Labels,
  slow: number,
  perMinute: number,
  minutesBack: number,
): DrillSeries[] {
  const above = durationBuckets.find((bound) => bound > limitMs) ?? limitMs * 2;
  const bucket = (le: string, counter: number): DrillSeries => ({
    metric: `${metric}_bucket`,
    labels: { ...labels, le },
    counter,
    minutesBack,
  });
  return [
    bucket(String(limitMs), perMinute * (1 - slow)),
    bucket(String(above), perMinute),
    bucket("+Inf", perMinute),
    { metric: `${metric}_count`, labels: { ...labels }, counter: perMinute, minutesBack },
  ];
}

/** How many times the application's operations a fault is, so that its share of all is near to one. */
const outweigh = { availability: 20, latency: 200 } as const;

/** Share of the error budget that healthy telemetry spends: within the objective, so within every limit. */
const healthySpending = 0.8;
const healthyPerMinute = 1000;

function burn(
  { objective, pace }: Extract<AlertSignal, { kind: "burnRate" }>,
  side: Side,
  labels: Labels,
  operationsPerMinute: number,
): DrillTelemetry {
  const { source, target, bus, kind } = objectives[objective];
  const minutesBack = Math.min(burnRates[pace].longWindowMinutes, mostMinutesBack);
  const series =
    side === "fault"
      ? operations(source, bus, labels, 1, outweigh[kind] * Math.max(10, operationsPerMinute), minutesBack)
      : operations(source, bus, labels, healthySpending * (1 - target), healthyPerMinute, minutesBack);
  return { series, records: [] };
}

/** Operations of which a share is bad, as an objective counts them. */
function operations(
  source: ObjectiveSource,
  bus: string,
  labels: Labels,
  bad: number,
  perMinute: number,
  minutesBack: number,
): DrillSeries[] {
  const { metric } = source;
  const { type } = labels;
  const counted = (metric_name: string): DrillSeries[] => [
    {
      metric: streams.metrics.storedName,
      labels: { metric_name, bus, type, service: drill.service },
      gauge: perMinute * bad,
      minutesBack,
    },
    { metric, labels: { type }, counter: perMinute, minutesBack },
  ];
  switch (source.kind) {
    case "status": {
      const withStatus = (status: string, counter: number): DrillSeries => ({
        metric,
        labels: { type, status },
        counter,
        minutesBack,
      });
      return [withStatus(source.errorStatus, perMinute * bad), withStatus("success", perMinute * (1 - bad))];
    }
    case "histogram":
      return histogram(metric, source.limitMs, labels, bad, perMinute, minutesBack);
    case "derivedErrors":
      return counted(derivedMetrics.errors);
    case "derivedSlow":
      return counted(derivedMetrics.slow);
  }
}
