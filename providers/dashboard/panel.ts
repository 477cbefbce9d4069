import { z } from "zod";
import { type StreamType, streamTypeSchema } from "../base/inputs.js";

/** Charts that are drawn from queries. */
export const chartTypes = [
  "area",
  "area-stacked",
  "bar",
  "donut",
  "gauge",
  "h-bar",
  "h-stacked",
  "heatmap",
  "line",
  "metric",
  "pie",
  "sankey",
  "scatter",
  "stacked",
  "table",
] as const;

export type ChartType = (typeof chartTypes)[number];

/** Place on a grid of 192 columns, in whole cells; a row is about 15 pixels high. */
export interface PanelLayout {
  /** First column, 0 to 191. */
  x: number;
  /** First row. */
  y: number;
  /** Width in columns, 1 to 192. */
  w: number;
  /** Height in rows. */
  h: number;
}

/** A column of the query's result and what it is in the chart. */
export interface Axis {
  /** Column or alias in the query's result. */
  column: string;
  /** What the chart calls it. Default: the column. */
  label?: string;
  /** Colour as `#rrggbb`. Default: the palette's. */
  color?: string;
}

/** SQL over one stream. */
export interface SqlQuery {
  kind: "sql";
  sql: string;
  /** Stored name of the stream that the user interface opens for this query. */
  stream: string;
  /** Default `logs`. */
  streamType?: StreamType;
  /** Columns along the horizontal axis, or the first columns of a table. */
  x?: Axis[];
  /** Columns that are measured. */
  y?: Axis[];
  /** The measured column of a heat map, or the weight of a flow. */
  z?: Axis[];
  /** Columns that split into one series a value. */
  breakdown?: Axis[];
  /** Where a sankey's flow starts and ends. */
  flow?: { source: Axis; target: Axis };
  /** VRL program that the rows pass before they are drawn. */
  vrl?: string;
}

/** PromQL over metric streams. */
export interface PromqlQuery {
  kind: "promql";
  promql: string;
  /** Stored name of the metric stream that the user interface opens for this query. */
  stream: string;
  /** Name of a series, with labels in braces: `{handler}`. Default empty: all labels. */
  legend?: string;
}

/** How a value is written: a unit of the user interface, or any text of your own. */
export type Unit = (typeof units)[number] | { custom: string };

/** Units of the user interface; `percent-1` is a ratio from 0 to 1. */
export const units = [
  "numbers",
  "bytes",
  "kilobytes",
  "megabytes",
  "bps",
  "seconds",
  "milliseconds",
  "microseconds",
  "nanoseconds",
  "percent-1",
  "percent",
  "currency-dollar",
  "currency-euro",
  "currency-pound",
  "currency-yen",
  "currency-rupee",
] as const;

/** A horizontal line for a limit, or a vertical one for a moment. */
export interface MarkLine {
  /** What stands at the line. */
  name: string;
  /** `yAxis` for a limit. */
  type: "xAxis" | "yAxis" | "average" | "median" | "min" | "max";
  /** Where the line stands; not for average, median, min and max. */
  value?: string;
}

/**
 * Where a click on a series or a row leads. Texts may name what was clicked: `${row.field["type"]}` is a
 * column of the row, `${series.__name}` the series, `${start_time}` and `${end_time}` the range in
 * microseconds.
 */
export type DrillDown = {
  /** What stands in the menu. */
  name: string;
  /** Open beside the dashboard. Default false. */
  newTab?: boolean;
} & (
  | { kind: "url"; url: string }
  | {
      kind: "dashboard";
      /** Names, as the user interface shows them. */
      folder: string;
      dashboard: string;
      tab: string;
      /** Choices that are set there. */
      variables?: { name: string; value: string }[];
      /** Keep the choices made here for what `variables` leaves out. Default true. */
      passAllVariables?: boolean;
    }
  | {
      kind: "logs";
      /** SQL that the log search opens with. Default: the panel's own. */
      sql?: string;
    }
);

export interface PanelConfig {
  /** Default true. */
  showLegends?: boolean;
  /** Default: the user interface's choice. */
  legendsPosition?: "right" | "bottom";
  unit?: Unit;
  /** Digits after the point. */
  decimals?: number;
  yAxisMin?: number;
  yAxisMax?: number;
  /** Join the points on both sides of a gap. */
  connectNulls?: boolean;
  /** Mark every point of a line. */
  showSymbol?: boolean;
  lineInterpolation?: "smooth" | "linear" | "step-start" | "step-end" | "step-middle";
  lineThickness?: number;
  /** Draw only the series with the highest values. */
  topResults?: number;
  /** Sum up the series that `topResults` leaves out. */
  topResultsOthers?: boolean;
  /** What stands where there is no value. */
  noValueReplacement?: string;
  /** Break long text in a table's cells. */
  wrapTableCells?: boolean;
  /** Show columns that only some rows have. */
  tableDynamicColumns?: boolean;
  /** Turn rows into columns. */
  tableTranspose?: boolean;
  /** Lowest value of a gauge. */
  gaugeMin?: number;
  /** Highest value of a gauge. */
  gaugeMax?: number;
  markLines?: MarkLine[];
  color?: {
    mode: "palette-classic" | "palette-classic-by-series" | "fixed" | "shades";
    /** Colours as `#rrggbb`. */
    fixed?: string[];
  };
  /** Background of a `metric` panel as `#rrggbb`. */
  background?: string;
  /** Default none. */
  drillDowns?: DrillDown[];
}

interface CommonPanel {
  /** Id, unique in the dashboard. */
  id: string;
  title: string;
  /** Free text. Default empty. */
  description?: string;
  layout: PanelLayout;
}

export interface ChartPanel extends CommonPanel {
  type: ChartType;
  /** All SQL or all PromQL. At least one. */
  queries: (SqlQuery | PromqlQuery)[];
  config?: PanelConfig;
}

export interface MarkdownPanel extends CommonPanel {
  type: "markdown";
  markdown: string;
}

export interface HtmlPanel extends CommonPanel {
  type: "html";
  html: string;
}

export type Panel = ChartPanel | MarkdownPanel | HtmlPanel;

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, "must be a colour as #rrggbb");

const axisSchema = z.strictObject({
  column: z.string().min(1),
  label: z.string().optional(),
  color: color.optional(),
});
const axes = z.array(axisSchema).default([]);

export const panelQuerySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sql"),
    sql: z.string().min(1),
    stream: z.string().min(1),
    streamType: streamTypeSchema.default("logs"),
    x: axes,
    y: axes,
    z: axes,
    breakdown: axes,
    flow: z.strictObject({ source: axisSchema, target: axisSchema }).optional(),
    vrl: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("promql"),
    promql: z.string().min(1),
    stream: z.string().min(1),
    legend: z.string().default(""),
  }),
]);

const unitSchema = z.union([z.enum(units), z.strictObject({ custom: z.string().min(1) })], {
  error: "must be a unit of the user interface (milliseconds, percent, bytes, ...) or {custom: text}",
});

const drillDownCommon = { name: z.string().min(1), newTab: z.boolean().default(false) };

export const drillDownSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("url"), ...drillDownCommon, url: z.string().min(1) }),
  z.strictObject({
    kind: z.literal("dashboard"),
    ...drillDownCommon,
    folder: z.string().min(1),
    dashboard: z.string().min(1),
    tab: z.string().min(1),
    variables: z.array(z.strictObject({ name: z.string().min(1), value: z.string() })).default([]),
    passAllVariables: z.boolean().default(true),
  }),
  z.strictObject({ kind: z.literal("logs"), ...drillDownCommon, sql: z.string().min(1).optional() }),
]);

export const panelConfigSchema = z.strictObject({
  showLegends: z.boolean().default(true),
  legendsPosition: z.enum(["right", "bottom"]).optional(),
  unit: unitSchema.optional(),
  decimals: z.int().min(0).max(20).optional(),
  yAxisMin: z.number().optional(),
  yAxisMax: z.number().optional(),
  connectNulls: z.boolean().optional(),
  showSymbol: z.boolean().optional(),
  lineInterpolation: z.enum(["smooth", "linear", "step-start", "step-end", "step-middle"]).optional(),
  lineThickness: z.number().positive().optional(),
  topResults: z.int().min(1).optional(),
  topResultsOthers: z.boolean().optional(),
  noValueReplacement: z.string().optional(),
  wrapTableCells: z.boolean().optional(),
  tableDynamicColumns: z.boolean().optional(),
  tableTranspose: z.boolean().optional(),
  gaugeMin: z.number().optional(),
  gaugeMax: z.number().optional(),
  markLines: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.enum(["xAxis", "yAxis", "average", "median", "min", "max"]),
        value: z.string().optional(),
      }),
    )
    .optional(),
  color: z
    .strictObject({
      mode: z.enum(["palette-classic", "palette-classic-by-series", "fixed", "shades"]),
      fixed: z.array(color).optional(),
    })
    .optional(),
  background: color.optional(),
  drillDowns: z.array(drillDownSchema).optional(),
});

/** The server answers 422 to fractions. */
const cells = z.int("must be a whole number of cells").min(0);

export const panelLayoutSchema = z
  .strictObject({ x: cells.max(191), y: cells, w: cells.min(1).max(192), h: cells.min(1) })
  .refine((layout) => layout.x + layout.w <= 192, { path: ["w"], error: "ends beyond column 192" });

const common = {
  id: z.string().min(1),
  title: z.string(),
  description: z.string().default(""),
  layout: panelLayoutSchema,
};

export const panelSchema = z.discriminatedUnion("type", [
  z
    .strictObject({
      type: z.enum(chartTypes),
      ...common,
      queries: z.array(panelQuerySchema).min(1, "needs at least one query"),
      config: panelConfigSchema.default({ showLegends: true }),
    })
    .refine((panel) => new Set(panel.queries.map((query) => query.kind)).size <= 1, {
      path: ["queries"],
      error: "must be all SQL or all PromQL",
    }),
  z.strictObject({ type: z.literal("markdown"), ...common, markdown: z.string() }),
  z.strictObject({ type: z.literal("html"), ...common, html: z.string() }),
]);

/** Plain inputs with every default filled in. */
export type PanelInputs = z.output<typeof panelSchema>;
