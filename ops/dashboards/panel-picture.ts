import type { EChartsCoreOption } from "echarts/core";
import { type SqlQuery } from "@o2cqrs/providers";
import { barOption, gaugeOption, heatmapOption, parts, pieOption, sankeyOption } from "./category-chart.js";
import { isOverTime, timeOption, timeSeries } from "./chart.js";
import { type ChartPanel, type PanelData, type TextPanel } from "./data.js";
import { cellText, figureText } from "./figures.js";
import { rect, text, textWidth, wrapped } from "./svg.js";
import { type Theme } from "./theme.js";

export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Draws a chart's option; handed in, as the library is only loaded for it. */
export type DrawChart = (option: EChartsCoreOption, box: Box) => string;

export interface PanelPicture extends Box {
  readonly panel: ChartPanel;
  readonly data: PanelData;
  readonly theme: Theme;
  /** Milliseconds since 1970. */
  readonly range: { readonly start: number; readonly end: number };
  readonly draw: DrawChart;
}

/** The body of a panel as SVG, its origin at 0, 0. */
export function panelBody(picture: PanelPicture): string {
  const { panel, data, theme } = picture;
  if (data.kind === "error") return message(picture, data.message, theme.error);
  switch (panel.type) {
    case "metric":
      return metric(picture);
    case "table":
      return table(picture);
    case "pie":
    case "donut": {
      const found = parts(panel, data);
      return found.length === 0 ? noData(picture) : picture.draw(pieOption(panel, found, theme), picture);
    }
    case "gauge": {
      const found = parts(panel, data);
      if (found.length === 0) return noData(picture);
      return picture.draw(gaugeOption(panel, found, theme, picture.height), picture);
    }
    case "heatmap":
      return isEmpty(data) ? noData(picture) : picture.draw(heatmapOption(panel, data, theme), picture);
    case "h-bar":
    case "h-stacked":
      return isEmpty(data) ? noData(picture) : picture.draw(barOption(panel, data, theme), picture);
    case "bar":
      if (data.kind === "series") return overTime(picture);
      return isEmpty(data) ? noData(picture) : picture.draw(barOption(panel, data, theme), picture);
    case "line":
    case "area":
    case "stacked":
    case "area-stacked":
    case "scatter":
      return overTime(picture);
    case "sankey": {
      if (isEmpty(data)) return noData(picture);
      const option = sankeyOption(panel, data, theme);
      if (option === undefined) return message(picture, "Flows in a circle are not drawn", theme.faint);
      return picture.draw(option, picture);
    }
  }
}

function overTime(picture: PanelPicture): string {
  const { panel, data, theme, range } = picture;
  if (isEmpty(data)) return noData(picture);
  if (!isOverTime(panel, data)) return picture.draw(barOption(panel, data, theme), picture);
  const series = timeSeries(panel, data);
  if (series.every(({ points }) => points.length === 0)) return noData(picture);
  return picture.draw(timeOption(panel, series, theme, range), picture);
}

const isEmpty = (data: PanelData) =>
  data.kind === "rows" ? data.rows.length === 0 : data.kind === "series" && data.series.length === 0;

const noData = (picture: PanelPicture) => message(picture, "No data in this range", picture.theme.faint);

/** The body of a panel that holds a text: Markdown as it is written; what HTML would show only a browser knows. */
export function textBody(panel: TextPanel, theme: Theme, box: Box): string {
  if (panel.type === "html") return message(box, "HTML is not drawn", theme.faint);
  const size = 12;
  return panel.markdown
    .split("\n")
    .flatMap((line) => (line === "" ? [""] : wrapped(line, box.width - 2 * padding, size, 40)))
    .map((line, index) => text(padding, 18 + index * size * 1.5, line, { size, fill: theme.text }))
    .join("");
}

const padding = 12;

/** A remark in the middle of the panel, wrapped. */
function message({ width, height }: Box, content: string, fill: string): string {
  const size = 12;
  const most = Math.max(1, Math.floor((height - padding) / (size * 1.5)));
  const lines = wrapped(content, width - 2 * padding, size, Math.min(6, most));
  const top = height / 2 - ((lines.length - 1) * size * 1.5) / 2 + size / 3;
  return lines
    .map((line, index) => text(width / 2, top + index * size * 1.5, line, { size, fill, anchor: "middle" }))
    .join("");
}

/** One figure, as large as the panel lets it be. */
function metric({ panel, data, theme, width, height }: PanelPicture): string {
  const [part] = parts(panel, data);
  const { unit, decimals, noValueReplacement = "–" } = panel.config ?? {};
  const shown = part === undefined ? noValueReplacement : figureText(part.value, unit, decimals);
  const size = Math.max(14, Math.min(40, height * 0.6, (width - 2 * padding) / (textWidth(shown, 1) || 1)));
  const y = height / 2 + size * 0.3;
  return text(width / 2, y, shown, {
    size: Math.round(size),
    fill: theme.text,
    weight: "bold",
    anchor: "middle",
  });
}

const rowHeight = 22;

/** As many rows as fit, and how many do not. */
function table(picture: PanelPicture): string {
  const { panel, data, theme, width, height } = picture;
  const query = panel.queries.find((each): each is SqlQuery => each.kind === "sql");
  const rows = data.kind === "rows" ? data.rows : [];
  if (query === undefined || rows.length === 0) return noData(picture);
  const measured = new Set((query.y ?? []).map(({ column }) => column));
  const columns = [...(query.x ?? []), ...(query.y ?? [])];
  const fitting = Math.max(1, Math.floor(height / rowHeight) - 1);
  const shown = rows.slice(0, rows.length > fitting ? fitting - 1 : fitting);
  const cells = shown.map((row) => columns.map(({ column }) => cellText(column, row[column])));
  const widths = columnWidths([columns.map(({ column, label = column }) => label), ...cells], width);
  const line = (texts: readonly string[], index: number, weight?: "bold"): string =>
    texts
      .map((content, column) => {
        const right = measured.has(columns[column]?.column ?? "");
        const left = widths.slice(0, column).reduce((sum, each) => sum + each, 0);
        const own = widths[column] ?? 0;
        return text(right ? left + own - padding : left + padding, index * rowHeight + 15, content, {
          size: 12,
          fill: weight === undefined ? theme.text : theme.faint,
          width: own - 2 * padding,
          ...(weight !== undefined && { weight }),
          ...(right && { anchor: "end" as const }),
        });
      })
      .join("");
  const head = line(
    columns.map(({ column, label = column }) => label),
    0,
    "bold",
  );
  const body = cells.map((texts, index) => {
    const y = (index + 1) * rowHeight;
    const stripe = index % 2 === 0 ? rect({ x: 0, y, width, height: rowHeight }, theme.stripe) : "";
    return stripe + line(texts, index + 1);
  });
  const more =
    shown.length < rows.length
      ? text(padding, (shown.length + 1) * rowHeight + 15, `and ${rows.length - shown.length} more rows`, {
          size: 12,
          fill: theme.faint,
        })
      : "";
  return head + body.join("") + more;
}

/** Widths after the longest text of each column, narrowed in proportion where they are too wide together. */
function columnWidths(lines: readonly (readonly string[])[], width: number): number[] {
  const count = lines[0]?.length ?? 0;
  const wanted = Array.from({ length: count }, (_, column) =>
    Math.min(320, Math.max(...lines.map((texts) => textWidth(texts[column] ?? "", 12))) + 2 * padding),
  );
  const total = wanted.reduce((sum, each) => sum + each, 0);
  return wanted.map((each) => (each * width) / total);
}
