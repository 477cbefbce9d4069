import { type SqlQuery } from "@o2cqrs/providers";
import type { EChartsCoreOption } from "echarts/core";
import { axisStyle, frame, textOf, valueAxis, visible } from "./chart.js";
import { type ChartPanel, type PanelData } from "./data.js";
import { figureText } from "./figures.js";
import { cut } from "./svg.js";
import { type Theme } from "./theme.js";

/** Charts of one figure for each value of a column, not over time. */

/** A figure and what it is of. */
export interface Part {
  readonly name: string;
  readonly value: number;
  readonly color?: string;
}

const sqlOf = (panel: ChartPanel): SqlQuery | undefined =>
  panel.queries.find((each): each is SqlQuery => each.kind === "sql");

/** One part a row, named by its first column; of series over time their last values. */
export function parts(panel: ChartPanel, data: PanelData): Part[] {
  if (data.kind === "series")
    return data.series.flatMap(({ name, points }) => {
      const last = points.at(-1);
      return last === undefined ? [] : [{ name, value: last[1] }];
    });
  const query = sqlOf(panel);
  const [x] = query?.x ?? [];
  const [y] = query?.y ?? [];
  if (data.kind !== "rows" || y === undefined) return [];
  return data.rows.flatMap((row) => {
    const value = row[y.column];
    if (typeof value !== "number") return [];
    return [
      {
        name: x === undefined ? (y.label ?? y.column) : textOf(row[x.column]),
        value,
        ...(y.color !== undefined && { color: y.color }),
      },
    ];
  });
}

/** Slices of a whole, each with its share; `donut` leaves the middle free. */
export function pieOption(panel: ChartPanel, found: readonly Part[], theme: Theme): EChartsCoreOption {
  const { unit, decimals } = panel.config ?? {};
  return {
    ...frame(
      theme,
      found.map(({ name }) => name),
    ),
    series: [
      {
        type: "pie",
        radius: panel.type === "donut" ? ["38%", "66%"] : [0, "66%"],
        center: ["50%", "46%"],
        itemStyle: { borderColor: theme.panel, borderWidth: 1 },
        label: { color: theme.text, fontSize: 11, formatter: "{b}" },
        labelLine: { lineStyle: { color: theme.border } },
        data: found.map(({ name, value }) => ({
          name,
          value,
          label: { formatter: `${cut(name, 120, 11)}  ${figureText(value, unit, decimals)}` },
        })),
      },
    ],
  };
}

/** The first figure on a scale, from 0 to 100 unless the panel says otherwise. */
export function gaugeOption(
  panel: ChartPanel,
  [part]: readonly Part[],
  theme: Theme,
  height: number,
): EChartsCoreOption {
  const { unit, decimals, gaugeMin = 0, gaugeMax = 100 } = panel.config ?? {};
  const shown = (value: number) => figureText(value, unit, decimals);
  const color = part?.color === undefined ? theme.series[0] : visible(part.color, theme);
  return {
    ...frame(theme, []),
    series: [
      {
        type: "gauge",
        min: gaugeMin,
        max: gaugeMax,
        splitNumber: 4,
        radius: "92%",
        center: ["50%", "56%"],
        progress: { show: true, width: 10, itemStyle: { color } },
        axisLine: { lineStyle: { width: 10, color: [[1, theme.grid]] } },
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { color: theme.faint, fontSize: 10, distance: 14, formatter: shown },
        pointer: { show: false },
        anchor: { show: false },
        title: { color: theme.faint, fontSize: 11, offsetCenter: [0, "62%"] },
        detail: {
          color: theme.text,
          fontSize: Math.max(14, Math.min(28, height / 7)),
          offsetCenter: [0, "10%"],
          formatter: shown,
        },
        data: part === undefined ? [] : [{ value: part.value, name: cut(part.name, 160, 11) }],
      },
    ],
  };
}

/** Bars by the values of a column: side by side or on each other, upright or lying (`h-`). */
export function barOption(panel: ChartPanel, data: PanelData, theme: Theme): EChartsCoreOption {
  const query = sqlOf(panel);
  const rows = data.kind === "rows" ? data.rows : [];
  const [x] = query?.x ?? [];
  const [split] = query?.breakdown ?? [];
  const lying = panel.type.startsWith("h-");
  const categories = [...new Set(rows.map((row) => textOf(row[x?.column ?? ""])))];
  const kinds = split === undefined ? [] : [...new Set(rows.map((row) => textOf(row[split.column])))];
  const valueOf = (category: string, column: string, kind?: string): number => {
    const row = rows.find(
      (each) =>
        textOf(each[x?.column ?? ""]) === category &&
        (split === undefined || textOf(each[split.column]) === kind),
    );
    return Number(row?.[column] ?? 0);
  };
  const series = (query?.y ?? []).flatMap(({ column, label = column, color }) =>
    (split === undefined ? [undefined] : kinds).map((kind) => ({
      name: kind ?? label,
      type: "bar",
      barMaxWidth: lying ? 18 : 28,
      ...(panel.type.endsWith("stacked") && { stack: "all" }),
      data: categories.map((category) => valueOf(category, column, kind)),
      ...(color !== undefined && split === undefined && { itemStyle: { color: visible(color, theme) } }),
    })),
  );
  const names = series.length > 1 ? series.map(({ name }) => name) : [];
  const category = {
    type: "category",
    data: categories.map((name) => cut(name, lying ? 150 : 90, 11)),
    ...axisStyle(theme),
    ...(lying && { inverse: true }),
    axisLabel: { color: theme.faint, fontSize: 11, hideOverlap: true },
  };
  const value = valueAxis(theme, panel.config?.unit);
  return {
    // The library takes names for narrower than they are drawn.
    ...frame(theme, names, lying ? 24 : 8),
    xAxis: lying ? value : category,
    yAxis: lying ? category : value,
    series,
  };
}

/** A figure for each pair of values of two columns, told by its colour. */
export function heatmapOption(panel: ChartPanel, data: PanelData, theme: Theme): EChartsCoreOption {
  const query = sqlOf(panel);
  const rows = data.kind === "rows" ? data.rows : [];
  const [x, y, z] = [query?.x?.[0], query?.y?.[0], query?.z?.[0]].map((axis) => axis?.column ?? "");
  const namesOf = (column = "") => [...new Set(rows.map((row) => textOf(row[column])))];
  const [across, up] = [namesOf(x), namesOf(y)];
  const values = rows.map((row) => Number(row[z ?? ""] ?? 0));
  const [least, most] = [Math.min(0, ...values), Math.max(1, ...values)];
  const axis = (names: readonly string[], width: number) => ({
    type: "category",
    data: names.map((name) => cut(name, width, 11)),
    ...axisStyle(theme),
    splitLine: { show: false },
  });
  return {
    ...frame(theme, []),
    grid: { left: 8, right: 18, top: 14, bottom: 34, containLabel: true },
    xAxis: axis(across, 110),
    yAxis: axis(up, 140),
    visualMap: {
      min: least,
      max: most,
      text: [most, least].map((value) => figureText(value, panel.config?.unit)),
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: 120,
      itemWidth: 10,
      textStyle: { color: theme.faint, fontSize: 11 },
      inRange: { color: [theme.stripe, theme.series[0]] },
    },
    series: [
      {
        type: "heatmap",
        itemStyle: { borderColor: theme.panel, borderWidth: 1 },
        data: rows.map((row, index) => [
          across.indexOf(textOf(row[x ?? ""])),
          up.indexOf(textOf(row[y ?? ""])),
          values[index] ?? 0,
        ]),
      },
    ],
  };
}

/**
 * Flows from sources to targets, as wide as their figures.
 * @returns nothing where the flows run in a circle, which has no left and right
 */
export function sankeyOption(
  panel: ChartPanel,
  data: PanelData,
  theme: Theme,
): EChartsCoreOption | undefined {
  const { flow, y } = sqlOf(panel) ?? {};
  const value = y?.[0]?.column ?? "";
  const rows = data.kind === "rows" && flow !== undefined ? data.rows : [];
  const links = rows.map((row) => ({
    source: textOf(row[flow?.source.column ?? ""]),
    target: textOf(row[flow?.target.column ?? ""]),
    value: Number(row[value] ?? 0),
  }));
  if (isCircular(links)) return undefined;
  return {
    ...frame(theme, []),
    series: [
      {
        type: "sankey",
        left: 12,
        right: 130,
        top: 10,
        bottom: 10,
        nodeWidth: 12,
        label: {
          color: theme.text,
          fontSize: 11,
          formatter: ({ name }: { name: string }) => cut(name, 120, 11),
        },
        lineStyle: { color: "source", opacity: 0.3 },
        data: [...new Set(links.flatMap(({ source, target }) => [source, target]))].map((name, index) => ({
          name,
          itemStyle: { color: theme.series[index % theme.series.length] },
        })),
        links,
      },
    ],
  };
}

/** Whether something flows back to where it came from: what no link leads to is taken away until nothing is left. */
function isCircular(links: readonly { readonly source: string; readonly target: string }[]): boolean {
  const rest = links.filter(({ source }) => links.some(({ target }) => target === source));
  return rest.length === links.length ? links.length > 0 : isCircular(rest);
}
