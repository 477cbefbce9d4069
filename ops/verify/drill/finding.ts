import { acceptance } from "@o2cqrs/contract";
import { type Finding, notApplicable } from "../check.js";
import { type DrillOutcome, type DrillReport } from "./drill.js";

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const percent = (value: number): string => `${(value * 100).toFixed(1)}%`;
const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;

/** A drill's outcomes as a verdict: enough alerts fired on faults, and few enough on healthy telemetry. */
export function drillFinding({ outcomes, toldBy }: DrillReport): Finding {
  const drilled = outcomes.filter(({ fired }) => fired !== undefined);
  const controlled = outcomes.filter(({ falsePositive }) => falsePositive !== undefined);
  if (drilled.length === 0) return notApplicable(`no alert could be given a fault; ${remarksOf(outcomes)}`);
  const hits = drilled.filter(({ fired }) => fired === true);
  const falsePositives = controlled.filter(({ falsePositive }) => falsePositive === true);
  const hitRate = share(hits.length, drilled.length);
  const falseRate = share(falsePositives.length, controlled.length);
  const hitsEnough = hitRate >= acceptance.minAlertHitRate;
  const good = hitsEnough && falseRate < acceptance.maxAlertFalsePositiveRate;
  const evidence = [
    `${hits.length} of ${drilled.length} alerts told of their faults (${percent(hitRate)})`,
    `${falsePositives.length} of ${controlled.length} fired on healthy telemetry (${percent(falseRate)})`,
    ...times(hits),
    ...(drilled.length < outcomes.length ? [`${outcomes.length - drilled.length} got no fault`] : []),
    toldBy === "notifications" ? "seen by their notifications" : "seen by the server's record of firing",
  ].join("; ");
  if (hitsEnough && controlled.length === 0)
    return notApplicable(
      `no alert was watched on healthy telemetry, so false positives are unknown; ${evidence}`,
    );
  return {
    verdict: good ? "pass" : "fail",
    evidence,
    details: outcomes.map(describe),
    ...(!good && {
      cure: "Compare the alert on the server with the contract: o2cqrs drift. Then drill again.",
    }),
  };
}

function times(hits: readonly DrillOutcome[]): string[] {
  const sorted = hits.flatMap(({ toldAfterMs }) => toldAfterMs ?? []).sort((one, other) => one - other);
  const [first] = sorted;
  const middle = sorted[Math.floor(sorted.length / 2)];
  const last = sorted.at(-1);
  if (first === undefined || middle === undefined || last === undefined) return [];
  return [`after ${seconds(first)} to ${seconds(last)}, half of them within ${seconds(middle)}`];
}

function describe({ alert, fired, toldAfterMs, falsePositive, remark }: DrillOutcome): string {
  const facts = [
    ...(fired === true ? [`told after ${seconds(toldAfterMs ?? 0)}`] : fired === false ? ["missed"] : []),
    ...(falsePositive === true ? ["false positive"] : falsePositive === false ? ["quiet when healthy"] : []),
    ...(remark === undefined ? [] : [remark]),
  ];
  return `${alert}: ${facts.join(", ")}`;
}

const remarksOf = (outcomes: readonly DrillOutcome[]): string =>
  [...new Set(outcomes.flatMap(({ remark }) => remark ?? []))].join(", ");
