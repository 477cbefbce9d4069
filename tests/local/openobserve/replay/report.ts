import type { Outcome } from "./replay.js";

export interface AreaResult {
  readonly area: string;
  readonly total: number;
  readonly matching: number;
  readonly leftOut: number;
}

/** By area, in the order of the recording. What is left out counts as not matching unless it does match. */
export function byArea(outcomes: readonly Outcome[]): AreaResult[] {
  const areas = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const { area } = outcome.exchange;
    areas.set(area, [...(areas.get(area) ?? []), outcome]);
  }
  return [...areas].map(([area, own]) => ({
    area,
    total: own.length,
    matching: own.filter(({ matches }) => matches).length,
    leftOut: own.filter(({ matches, leftOut }) => !matches && leftOut !== undefined).length,
  }));
}

export const percent = ({ total, matching }: AreaResult): number => (100 * matching) / total;

/** One line an area, both versions side by side. */
export function table(results: Readonly<Record<string, readonly AreaResult[]>>): string {
  const versions = Object.keys(results);
  const areas = [...new Set(versions.flatMap((version) => (results[version] ?? []).map(({ area }) => area)))];
  const cell = (result: AreaResult | undefined): string =>
    (result ? `${percent(result).toFixed(1)}% (${result.matching}/${result.total})` : "").padEnd(20);
  const row = (area: string): string =>
    area.padEnd(10) +
    versions.map((version) => cell(results[version]?.find((each) => each.area === area))).join("");
  const all = (version: string): AreaResult => {
    const own = results[version] ?? [];
    const sum = (key: "total" | "matching" | "leftOut"): number =>
      own.reduce((total, each) => total + each[key], 0);
    return { area: "all", total: sum("total"), matching: sum("matching"), leftOut: sum("leftOut") };
  };
  return [
    "area".padEnd(10) + versions.map((version) => `v${version}`.padEnd(20)).join(""),
    ...areas.map(row),
    "all".padEnd(10) + versions.map((version) => cell(all(version))).join(""),
  ].join("\n");
}
