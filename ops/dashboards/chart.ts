import { type SqlQuery, type Unit } from "@o2cqrs/providers";
import type { EChartsCoreOption } from "echarts/core";
import { type ChartPanel, type NamedSeries, type PanelData } from "./data.js";
import { figureText, momentOf } from "./figures.js";
import { cut } from "./svg.js";
import { fontFamily, onDark, type Theme } from "./theme.js";

/** Series as they are drawn: one a measured column, or one a value of the column that splits. */
interface DrawnSeries extends NamedSeries {
  readonly color?: string;
}

/** Rows of a query over time as series. */
export function timeSeries(panel: ChartPanel, data: PanelData): DrawnSeries[] {
  if (data.kind === "series") return [...data.series];
  const query = panel.queries.find((each): each is SqlQuery => each.kind === "sql");
  const [x] = query?.x ?? [];
  if (data.kind !== "rows" || query === undefined || x === undefined) return [];
  const [split] = query.breakdown ?? [];
  const found = new Map<string, { color?: string; points: [number, number][] }>();
  for (const row of data.rows)
    for (const { column, label = column, color } of query.y ?? []) {
      const value = row[column];
      if (typeof value !== "number") continue;
      const name = split === undefined ? label : textOf(row[split.column]);
      const series = found.get(name) ?? { ...(color !== undefined && { color }), points: [] };
      series.points.push([momentOf(row[x.column]), value]);
      found.set(name, series);
    }
  return [...found].map(([name, series]) => ({
    name,
    ...series,
    points: series.points.sort(([one], [other]) => one - other),
  }));
}

/** Whether the first column is a time: else the chart is one by its values. */
export function isOverTime(panel: ChartPanel, data: PanelData): boolean {
  if (data.kind !== "rows") return true;
  const x = panel.queries.find((each): each is SqlQuery => each.kind === "sql")?.x?.[0];
  return x !== undefined && data.rows.every((row) => Number.isFinite(momentOf(row[x.column])));
}

/** A value of a column as a name; one that is missing has one, too. */
export const textOf = (value: unknown): string =>
  typeof value === "string" && value !== ""
    ? value
    : value === null || value === undefined || value === ""
      ? "none"
      : JSON.stringify(value);

const stackedTypes = ["stacked", "area-stacked", "h-stacked"];
const areaTypes = ["area", "area-stacked"];

/** Series that lie on each other need a value at every moment of any of them: the library stacks by position. */
function aligned(series: readonly DrawnSeries[]): DrawnSeries[] {
  const moments = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort(
    (one, other) => one - other,
  );
  return series.map((each) => {
    const known = new Map(each.points);
    return { ...each, points: moments.map((time) => [time, known.get(time) ?? 0] as const) };
  });
}

/** A panel's own colour as it can be seen on the theme's ground. */
export const visible = (color: string, theme: Theme): string =>
  (theme.name === "dark" ? onDark[color.toLowerCase()] : undefined) ?? color;

/** The option of a chart over time. */
export function timeOption(
  panel: ChartPanel,
  found: readonly DrawnSeries[],
  theme: Theme,
  range: { readonly start: number; readonly end: number },
): EChartsCoreOption {
  const unit = panel.config?.unit;
  const series = stackedTypes.includes(panel.type) ? aligned(found) : found;
  const bars = panel.type === "stacked" || panel.type === "bar";
  const limits = (panel.config?.markLines ?? []).filter(({ type }) => type === "yAxis");
  return {
    ...frame(
      theme,
      series.map(({ name }) => name),
    ),
    xAxis: {
      type: "time",
      min: range.start,
      max: range.end,
      // The library makes room for half a bar at both ends, which of one bar alone is hours.
      containShape: false,
      ...axisStyle(theme),
      splitLine: { show: false },
    },
    // A limit far above the figures would be off the picture.
    yAxis: { ...valueAxis(theme, unit), ...(limits.length > 0 && roomFor(limits, series)) },
    series: series.map(({ name, points, color }, index) => ({
      name,
      type: bars ? "bar" : panel.type === "scatter" ? "scatter" : "line",
      data: points.map((point) => [...point]),
      showSymbol: points.length === 1,
      symbolSize: 6,
      ...(bars && { barMaxWidth: 14 }),
      ...(stackedTypes.includes(panel.type) && { stack: "all" }),
      ...(areaTypes.includes(panel.type) && { areaStyle: { opacity: 0.35 } }),
      ...(color !== undefined && {
        itemStyle: { color: visible(color, theme) },
        lineStyle: { color: visible(color, theme), width: 2 },
      }),
      ...(index === 0 && limits.length > 0 && { markLine: limitLines(limits, theme) }),
    })),
  };
}

type Limits = readonly { readonly name: string; readonly value?: string }[];

const limitLines = (limits: Limits, theme: Theme) => ({
  silent: true,
  symbol: "none",
  lineStyle: { color: theme.error, type: "dashed", width: 1 },
  label: {
    position: "insideEndTop",
    color: theme.error,
    fontSize: 11,
    formatter: "{b}",
    // Lines of figures may run through it.
    backgroundColor: theme.panel,
    padding: [1, 3],
  },
  data: limits.map(({ name, value }) => ({ name, yAxis: Number(value) })),
});

function roomFor(limits: Limits, series: readonly DrawnSeries[]): object {
  const highest = Math.max(0, ...series.flatMap(({ points }) => points.map(([, value]) => value)));
  const limit = Math.max(...limits.map(({ value }) => Number(value)));
  return limit > highest ? { max: roundedUp(limit * 1.1) } : {};
}

/** The next quarter of a power of ten, so that an axis ends at a round figure. */
function roundedUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value)) / 4;
  return Math.ceil(value / step) * step;
}

/** An axis of figures, in the panel's unit. */
export const valueAxis = (theme: Theme, unit: Unit | undefined) => ({
  type: "value",
  ...axisStyle(theme),
  axisLabel: {
    ...axisStyle(theme).axisLabel,
    formatter: (value: number) => figureText(value, unit),
  },
});

/** What every chart has: room, colours, and a legend where there is something to tell apart. */
export function frame(theme: Theme, names: readonly string[], left = 8): EChartsCoreOption {
  const legend = names.length > 0;
  return {
    animation: false,
    useUTC: true,
    color: [...theme.series],
    textStyle: { fontFamily, color: theme.text },
    grid: { left, right: 18, top: 14, bottom: legend ? 30 : 6, containLabel: true },
    ...(legend && {
      legend: {
        type: "plain",
        bottom: 0,
        left: 4,
        height: 20,
        itemWidth: 14,
        itemHeight: 8,
        itemGap: 12,
        data: names.slice(0, mostNames),
        textStyle: { color: theme.text, fontSize: 11 },
        formatter: (name: string) => cut(name, 150, 11),
      },
    }),
  };
}

/** Names that fit into the one line of a legend. */
const mostNames = 4;

/** Lines and labels of an axis. */
export const axisStyle = (theme: Theme) => ({
  axisLine: { lineStyle: { color: theme.border } },
  axisTick: { show: false },
  axisLabel: { color: theme.faint, fontSize: 11, hideOverlap: true },
  splitLine: { lineStyle: { color: theme.grid } },
});
