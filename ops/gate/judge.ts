import { thresholds } from "@o2cqrs/contract";
import { type LatencyFigures, type Observation, operationsOf, type VersionFigures } from "./figures.js";
import { type GateSettings } from "./settings.js";
import { binomialTest, fisherExact, mannWhitney, ratioOf, type Share } from "./statistics.js";
import { type FigureId, type FigureVerdict } from "./verdict.js";

/** Share of operations that may be slower than a p95 limit. */
const slowShare = 0.05;

/**
 * Judges every figure of the canary: against its limit, and beside the stable version.
 * @param percent of traffic that the canary has
 */
export function judge(
  { canary, stable }: Observation,
  percent: number,
  settings: GateSettings,
): FigureVerdict[] {
  const { queryLatencyP95, commandLatencyP95, commandErrorRate, queryCacheHitRatio } = thresholds;
  const latency = (id: FigureId, title: string, limit: typeof queryLatencyP95 | typeof commandLatencyP95) => {
    const key = id as "queryLatency" | "commandLatency";
    return judgeLatency(
      heading(id, title, limit.windowMinutes),
      [canary[key], stable[key]],
      limit.value,
      settings,
    );
  };
  const errors = (id: "commandErrors" | "queryErrors" | "eventErrors", title: string) =>
    judgeShare(
      heading(id, title, commandErrorRate.windowMinutes),
      [canary[id], stable[id]],
      commandErrorRate.value,
      settings,
    );
  return [
    latency("queryLatency", "Query p95", queryLatencyP95),
    latency("commandLatency", "Command p95", commandLatencyP95),
    errors("commandErrors", "Command error rate"),
    errors("queryErrors", "Query error rate"),
    errors("eventErrors", "Event error rate"),
    asHitRatio(
      judgeShare(
        heading("cacheHitRatio", "Cache miss ratio", queryCacheHitRatio.windowMinutes),
        [canary.cacheMisses, stable.cacheMisses],
        1 - queryCacheHitRatio.value,
        settings,
      ),
    ),
    judgeDeadLetters([canary.deadLetters, stable.deadLetters], settings),
    judgeLosses(canary, stable, expectedOperations(stable, percent, settings)),
    judgeOtlp(canary, stable, settings),
  ];
}

interface Heading {
  readonly id: FigureId;
  readonly title: string;
  readonly settleMs: number;
  readonly atOnce: boolean;
}

const heading = (id: FigureId, title: string, windowMinutes: number): Heading => ({
  id,
  title,
  settleMs: windowMinutes * 60_000,
  atOnce: windowMinutes === 0,
});

type Pair<T> = readonly [canary: T, stable: T];

function judgeLatency(
  head: Heading,
  [canary, stable]: Pair<LatencyFigures>,
  limit: number,
  settings: GateSettings,
): FigureVerdict {
  const slow = ({ slow: part, count: whole }: LatencyFigures): Share => ({ part, whole });
  const figures = {
    ...head,
    unit: "ms" as const,
    canary: canary.p95,
    canarySample: canary.count,
    stable: stable.p95,
    stableSample: stable.count,
    limit,
  };
  const comparable =
    stable.count >= settings.minSample && stable.sample.length > 0 && canary.sample.length > 0;
  // The ranks see a shift of all, the counts a longer tail; either is enough.
  const pStable = comparable
    ? Math.min(mannWhitney(canary.sample, stable.sample), fisherExact(slow(canary), slow(stable)))
    : undefined;
  return conclude(figures, {
    sampleTooSmall: canary.count < settings.minSample,
    beyond: canary.p95 > limit,
    stableBeyond: comparable && stable.p95 > limit,
    material: canary.p95 - stable.p95 > settings.materialShareOfLimit * limit,
    pLimit: binomialTest(slow(canary), slowShare),
    pStable,
    settings,
  });
}

function judgeShare(
  head: Heading,
  [canary, stable]: Pair<Share>,
  limit: number,
  settings: GateSettings,
): FigureVerdict {
  const comparable = stable.whole >= settings.minSample;
  return conclude(
    { ...head, unit: "ratio", ...sharesOf(canary, stable), limit },
    {
      sampleTooSmall: canary.whole < settings.minSample,
      beyond: ratioOf(canary) > limit,
      stableBeyond: comparable && ratioOf(stable) > limit,
      material: ratioOf(canary) - ratioOf(stable) > settings.materialShareOfLimit * limit,
      pLimit: binomialTest(canary, limit),
      pStable: comparable ? fisherExact(canary, stable) : undefined,
      settings,
    },
  );
}

const sharesOf = (canary: Share, stable: Share) => ({
  canary: ratioOf(canary),
  canarySample: canary.whole,
  stable: ratioOf(stable),
  stableSample: stable.whole,
});

interface Evidence {
  readonly sampleTooSmall: boolean;
  readonly beyond: boolean;
  readonly stableBeyond: boolean;
  /** Whether the difference to the stable version is large enough to matter. */
  readonly material: boolean;
  readonly pLimit: number;
  readonly pStable: number | undefined;
  readonly settings: GateSettings;
}

type Figures = Omit<FigureVerdict, "status" | "reason" | "pLimit" | "pStable">;

function conclude(figures: Figures, evidence: Evidence): FigureVerdict {
  const { pLimit, pStable, settings } = evidence;
  const say = (status: FigureVerdict["status"], reason: string): FigureVerdict => ({
    ...figures,
    status,
    reason,
    pLimit,
    ...(pStable !== undefined && { pStable }),
  });
  if (evidence.sampleTooSmall)
    return say("unclear", `${figures.canarySample} operations, ${settings.minSample} are needed`);
  const worse = pStable !== undefined && pStable < settings.significance && evidence.material;
  if (evidence.beyond) {
    if (pLimit >= settings.significance) return say("unclear", "beyond the limit, but that may be chance");
    if (evidence.stableBeyond && !worse)
      return say(
        "unclear",
        "beyond the limit, and the stable version is as well: the cause is not this release",
      );
    return say("bad", "beyond the limit");
  }
  if (worse) return say("unclear", "within the limit, but worse than the stable version");
  return say("good", "within the limit");
}

/** The limit and the figures are told as the share of hits, which is what thresholds and dashboards speak of. */
function asHitRatio(verdict: FigureVerdict): FigureVerdict {
  return {
    ...verdict,
    title: "Cache hit ratio",
    canary: verdict.canarySample === 0 ? 0 : 1 - verdict.canary,
    stable: verdict.stableSample === 0 ? 0 : 1 - verdict.stable,
    limit: 1 - verdict.limit,
    reason: verdict.reason.replace("beyond the limit", "below the limit").replace("within", "above"),
  };
}

/** One is one too many, unless the stable version gives up as many. */
function judgeDeadLetters([canary, stable]: Pair<Share>, { significance }: GateSettings): FigureVerdict {
  const pStable = fisherExact(canary, stable);
  const shared = stable.part > 0 && pStable >= significance;
  return {
    ...heading("deadLetters", "Dead letters", thresholds.eventDlq.windowMinutes),
    unit: "count",
    canary: canary.part,
    canarySample: canary.whole,
    stable: stable.part,
    stableSample: stable.whole,
    limit: thresholds.eventDlq.value,
    pStable,
    ...(canary.part <= thresholds.eventDlq.value
      ? { status: "good", reason: "none" }
      : shared
        ? { status: "unclear", reason: "events are given up by the stable version as well" }
        : { status: "bad", reason: "events were given up" }),
  };
}

/** Operations that the canary must have done by its share of traffic; 0 where that cannot be said. */
function expectedOperations(stable: VersionFigures, percent: number, { minSample }: GateSettings): number {
  if (percent >= 100) return 0;
  const expected = Math.floor((operationsOf(stable) * percent) / (100 - percent));
  return expected >= 2 * minSample ? expected : 0;
}

/** Records that never arrived: every figure above is too good by them. */
function judgeLosses(canary: VersionFigures, stable: VersionFigures, expected: number): FigureVerdict {
  const [lost, stableLost] = [canary.delivery.lostRecords, stable.delivery.lostRecords];
  const silent = expected > 0 && operationsOf(canary) === 0;
  const head = heading(
    "writeFailures",
    "Write failures",
    silent ? thresholds.commandErrorRate.windowMinutes : 0,
  );
  return {
    ...head,
    unit: "count",
    canary: lost,
    canarySample: operationsOf(canary),
    stable: stableLost,
    stableSample: operationsOf(stable),
    limit: 0,
    ...(silent
      ? { status: "bad", reason: `no record arrives, though there should be about ${expected}` }
      : lost === 0
        ? { status: "good", reason: "no record was lost" }
        : stableLost > 0
          ? {
              status: "unclear",
              reason: "the stable version loses records as well: the cause is not this release",
            }
          : { status: "bad", reason: "records were lost or refused" }),
  };
}

/** Metrics and spans of a version whose records arrive must arrive too. */
function judgeOtlp(canary: VersionFigures, stable: VersionFigures, settings: GateSettings): FigureVerdict {
  const problem = otlpProblem(canary, settings);
  const stableProblem = otlpProblem(stable, settings);
  return {
    ...heading("otlp", "OTLP", settings.otlpGraceMs / 60_000),
    unit: "count",
    canary: canary.delivery.lostExports,
    canarySample: operationsOf(canary),
    stable: stable.delivery.lostExports,
    stableSample: operationsOf(stable),
    limit: 0,
    ...(problem === undefined
      ? {
          status: "good",
          reason:
            operationsOf(canary) < settings.minSample
              ? "no export was lost; too few operations to ask for metrics and spans"
              : "metrics and spans arrive",
        }
      : stableProblem !== undefined
        ? { status: "unclear", reason: `${problem}, of the stable version as well` }
        : { status: "bad", reason: problem }),
  };
}

function otlpProblem(figures: VersionFigures, { minSample, otlpGraceMs }: GateSettings): string | undefined {
  const { lostExports, metricsAgeMs, spans, expectedSpans } = figures.delivery;
  if (lostExports > 0) return `${lostExports} exports were lost`;
  if (operationsOf(figures) < minSample) return undefined;
  if (metricsAgeMs === undefined) return "no metric arrived";
  if (metricsAgeMs > otlpGraceMs) return `the newest metric is ${Math.round(metricsAgeMs / 1000)} s old`;
  if (expectedSpans >= minSample && spans === 0) return "no span arrived";
  return undefined;
}
