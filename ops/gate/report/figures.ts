import { type FigureVerdict } from "../verdict.js";

/** A figure as people read it, in its unit. */
export function figureText(value: number, unit: FigureVerdict["unit"]): string {
  if (unit === "ms") return `${value.toFixed(1)} ms`;
  return unit === "ratio" ? `${(value * 100).toFixed(2)}%` : String(value);
}

/** A probability; very small ones as a bound, since their digits say nothing. */
export function probabilityText(p: number | undefined): string {
  if (p === undefined) return "";
  return p < 0.0001 ? "< 0.0001" : p.toFixed(4);
}

export const figureColumns = [
  "Figure",
  "Verdict",
  "Canary",
  "of",
  "Stable",
  "of",
  "Limit",
  "p (limit)",
  "p (stable)",
  "Reason",
] as const;

/** The cells of a figure's row, in the order of the columns. */
export function figureCells(verdict: FigureVerdict): string[] {
  const { title, status, unit, canary, canarySample, stable, stableSample, limit, pLimit, pStable, reason } =
    verdict;
  return [
    title,
    status,
    figureText(canary, unit),
    String(canarySample),
    figureText(stable, unit),
    String(stableSample),
    figureText(limit, unit),
    probabilityText(pLimit),
    probabilityText(pStable),
    reason,
  ];
}
