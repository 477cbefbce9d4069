import { z } from "zod";
import { drillDownBody, drillDownFrom } from "./drill-down-form.js";
import { differingPaths, type Properties, withoutUndefined } from "../base/values.js";
import { type PanelInputs, panelSchema, units } from "./panel.js";

/** Panels as schema 8 writes them. */

type Chart = Extract<PanelInputs, { queries: unknown }>;
type Query = Chart["queries"][number];
type Axis = Extract<Query, { kind: "sql" }>["x"][number];
type Config = Chart["config"];

/** The settings that only change their names. */
const configKeys = [
  ["showLegends", "show_legends"],
  ["legendsPosition", "legends_position"],
  ["decimals", "decimals"],
  ["yAxisMin", "y_axis_min"],
  ["yAxisMax", "y_axis_max"],
  ["connectNulls", "connect_nulls"],
  ["showSymbol", "show_symbol"],
  ["lineInterpolation", "line_interpolation"],
  ["lineThickness", "line_thickness"],
  ["topResults", "top_results"],
  ["topResultsOthers", "top_results_others"],
  ["noValueReplacement", "no_value_replacement"],
  ["wrapTableCells", "wrap_table_cells"],
  ["tableDynamicColumns", "table_dynamic_columns"],
  ["tableTranspose", "table_transpose"],
] as const satisfies readonly (readonly [keyof Config, string])[];

/** @param i number of the panel in its tab, from 1 */
export function panelBody(panel: PanelInputs, i: number): Properties {
  const isChart = "queries" in panel;
  return {
    id: panel.id,
    type: panel.type,
    title: panel.title,
    description: panel.description,
    config: isChart ? configBody(panel.config) : { show_legends: false },
    queryType: isChart && panel.queries[0]?.kind === "promql" ? "promql" : "sql",
    queries: isChart ? panel.queries.map((query) => queryBody(query, panel.config)) : [],
    layout: { ...panel.layout, i },
    htmlContent: panel.type === "html" ? panel.html : "",
    markdownContent: panel.type === "markdown" ? panel.markdown : "",
  };
}

function configBody(config: Config): Properties {
  const { unit, markLines, color, background, drillDowns } = config;
  return withoutUndefined({
    ...Object.fromEntries(configKeys.map(([ours, theirs]) => [theirs, config[ours]])),
    ...(unit !== undefined &&
      (typeof unit === "string" ? { unit } : { unit: "custom", unit_custom: unit.custom })),
    ...(markLines && { mark_line: markLines }),
    ...(drillDowns && { drilldown: drillDowns.map(drillDownBody) }),
    ...(color && { color: { mode: color.mode, fixedColor: color.fixed ?? [], seriesBy: "last" } }),
    ...(background !== undefined && { background: { type: "single", value: { color: background } } }),
  });
}

function queryBody(query: Query, config: Config): Properties {
  const isSql = query.kind === "sql";
  const axes = (list: Axis[]) => list.map(axisBody);
  return {
    query: isSql ? query.sql : query.promql,
    vrlFunctionQuery: (isSql ? query.vrl : undefined) ?? "",
    customQuery: true,
    fields: {
      stream: query.stream,
      stream_type: isSql ? query.streamType : "metrics",
      x: isSql ? axes(query.x) : [],
      y: isSql ? axes(query.y) : [],
      z: isSql ? axes(query.z) : [],
      breakdown: isSql ? axes(query.breakdown) : [],
      ...(isSql &&
        query.flow && { source: axisBody(query.flow.source), target: axisBody(query.flow.target) }),
      filter: { filterType: "group", logicalOperator: "AND", conditions: [] },
    },
    config: {
      promql_legend: isSql ? "" : query.legend,
      ...(config.gaugeMin !== undefined && { min: config.gaugeMin }),
      ...(config.gaugeMax !== undefined && { max: config.gaugeMax }),
    },
  };
}

const axisBody = ({ column, label, color }: Axis): Properties => ({
  label: label ?? column,
  alias: column,
  column,
  color: color ?? null,
  isDerived: false,
});

/** A panel on the server that these arguments cannot fully express keeps the rest here, so that it differs. */
export type ReadPanel = PanelInputs & { readonly unmodelled?: unknown };

const axisSchema = z.looseObject({ alias: z.string(), label: z.string(), color: z.string().nullish() });
const axesSchema = z.array(axisSchema).nullish();
const serverPanelSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  title: z.string().default(""),
  description: z.string().nullish(),
  config: z.looseObject({}).default({}),
  queryType: z.string().nullish(),
  queries: z
    .array(
      z.looseObject({
        query: z.string().nullish(),
        vrlFunctionQuery: z.string().nullish(),
        fields: z.looseObject({
          stream: z.string(),
          stream_type: z.string(),
          x: axesSchema,
          y: axesSchema,
          z: axesSchema,
          breakdown: axesSchema,
          source: axisSchema.nullish(),
          target: axisSchema.nullish(),
        }),
        config: z.looseObject({
          promql_legend: z.string().nullish(),
          min: z.number().nullish(),
          max: z.number().nullish(),
        }),
      }),
    )
    .default([]),
  layout: z.looseObject({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }).nullish(),
  htmlContent: z.string().nullish(),
  markdownContent: z.string().nullish(),
});

type ServerPanel = z.output<typeof serverPanelSchema>;

/** A panel as the server has it, in terms of arguments; undefined when it is nothing like a panel. */
export function panelFrom(answer: unknown): ReadPanel | undefined {
  const parsed = serverPanelSchema.safeParse(answer);
  if (!parsed.success) return undefined;
  const read = panelSchema.safeParse(withoutUndefined(roughly(parsed.data)));
  const panel = read.success ? read.data : ({ ...roughly(parsed.data) } as PanelInputs);
  const rest = read.success ? differingPaths(essence(answer), essence(panelBody(panel, 1))) : ["type"];
  return rest.length === 0 ? panel : { ...panel, unmodelled: essence(answer) };
}

function roughly(panel: ServerPanel): Properties {
  const { x, y, w, h } = panel.layout ?? { x: 0, y: 0, w: 96, h: 18 };
  const common = {
    id: panel.id,
    type: panel.type,
    title: panel.title,
    description: panel.description ?? "",
    layout: { x, y, w, h },
  };
  if (panel.type === "markdown") return { ...common, markdown: panel.markdownContent ?? "" };
  if (panel.type === "html") return { ...common, html: panel.htmlContent ?? "" };
  const [first] = panel.queries;
  return {
    ...common,
    queries: panel.queries.map((query) => queryFrom(query, panel.queryType === "promql")),
    config: configFrom(panel.config, first?.config.min ?? undefined, first?.config.max ?? undefined),
  };
}

function configFrom(config: Properties, min: number | undefined, max: number | undefined): Properties {
  const given = essence(config) as Properties;
  const color = given.color as { mode?: string; fixedColor?: string[] } | undefined;
  const background = given.background as { value?: { color?: string } } | undefined;
  const unit =
    given.unit === "custom" ? { custom: given.unit_custom } : units.find((known) => known === given.unit);
  return {
    ...Object.fromEntries(configKeys.map(([ours, theirs]) => [ours, given[theirs]])),
    unit,
    markLines: given.mark_line,
    drillDowns: Array.isArray(given.drilldown) ? given.drilldown.map(drillDownFrom) : undefined,
    color: color && { mode: color.mode, fixed: color.fixedColor },
    background: background?.value?.color,
    gaugeMin: min === 0 ? undefined : min,
    gaugeMax: max === 100 ? undefined : max,
  };
}

function queryFrom(query: ServerPanel["queries"][number], isPromql: boolean): Properties {
  const { fields } = query;
  if (isPromql)
    return {
      kind: "promql",
      promql: query.query ?? "",
      stream: fields.stream,
      legend: query.config.promql_legend ?? "",
    };
  return {
    kind: "sql",
    sql: query.query ?? "",
    stream: fields.stream,
    streamType: fields.stream_type,
    x: axesFrom(fields.x),
    y: axesFrom(fields.y),
    z: axesFrom(fields.z),
    breakdown: axesFrom(fields.breakdown),
    flow:
      fields.source && fields.target
        ? { source: axisFrom(fields.source), target: axisFrom(fields.target) }
        : undefined,
    vrl: query.vrlFunctionQuery === "" ? undefined : (query.vrlFunctionQuery ?? undefined),
  };
}

const axesFrom = (list: z.output<typeof axesSchema>) => (list ?? []).map(axisFrom);

const axisFrom = ({ alias, label, color }: z.output<typeof axisSchema>): Properties => ({
  column: alias,
  label: label === alias ? undefined : label,
  color: color ?? undefined,
});

/** What the user interface writes into every query's settings and the server fills in. */
const fillers: Record<string, unknown> = {
  layer_type: "scatter",
  weight_fixed: 1,
  limit: 0,
  min: 0,
  max: 100,
  isDerived: false,
  seriesBy: "last",
};

/** A part of a dashboard without what says nothing: absent values, fillers, and a panel's number. */
export function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key, member]) => !(key in fillers && fillers[key] === member))
    .map(([key, member]) => [key, key === "layout" ? withoutNumber(member) : essence(member)] as const)
    .filter(([, member]) => !saysNothing(member));
  return Object.fromEntries(kept);
}

function withoutNumber(layout: unknown): unknown {
  const place = Object.entries(layout ?? {}).filter(([key]) => key !== "i");
  return Object.fromEntries(place);
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
