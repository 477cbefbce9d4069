import {
  anything,
  array,
  boolean,
  type Decoder,
  either,
  f64,
  type Fields,
  i64,
  map,
  object,
  optional,
  string,
  struct,
  variant,
  withDefault,
} from "../serde/decoder.js";

/**
 * The building blocks of dashboards as the server knows them. What is not listed here is dropped without a word,
 * as the server drops it; `some` is left out of the answer when it is null, `orNull` is answered as null.
 */

export const some = optional;

export const orNull = <T>(decoder: Decoder<T>): Decoder<T | null> =>
  map(optional(decoder), (value) => value ?? null);

const text = withDefault(string, () => "");
const number = withDefault(f64, () => 0);
const integer = withDefault(i64, () => 0);
const yes = some(boolean);
const words = some(array(string));
const part = <F extends Fields>(fields: F) => object(fields);

const streamType = variant(
  "logs",
  "metrics",
  "traces",
  "service_graph",
  "enrichment_tables",
  "file_list",
  "metadata",
  "index",
);

export const layout = struct("struct Layout", { x: integer, y: integer, w: integer, h: integer, i: integer });

const dateTime = part({
  type: text,
  relativeTimePeriod: some(string),
  startTime: some(i64),
  endTime: some(i64),
});

const queryConfig = part({
  promql_legend: string,
  step_value: some(string),
  layer_type: some(string),
  weight_fixed: some(f64),
  limit: some(f64),
  min: some(f64),
  max: some(f64),
  time_shift: some(array(part({ offSet: some(string) }))),
});

const having = part({ value: orNull(f64), operator: orNull(string) });

const argument = part({
  type: orNull(string),
  value: some(either<unknown>(part({ field: orNull(string), streamAlias: orNull(string) }), string, f64)),
});

const axis = {
  label: string,
  alias: string,
  color: orNull(string),
  sortBy: some(string),
  isDerived: yes,
  havingConditions: some(array(having)),
  treatAsNonTimestamp: yes,
};

/** Up to version 7 an axis has a column and an aggregation, from 8 on a function with arguments. */
const oldAxis = part({
  ...axis,
  column: string,
  aggregationFunction: some(string),
  args: some(array(part({ value: orNull(string) }))),
});

const newAxis = part({
  ...axis,
  column: some(string),
  type: some(variant("build", "raw", "custom")),
  functionName: some(string),
  args: some(array(argument)),
  showFieldAsJson: yes,
  rawQuery: some(string),
});

/** A condition or a group of them; kept as it came once its form is right. */
const filter: Decoder<unknown> = {
  decode(node, path, mode) {
    if (node.kind !== "object") return map(object({}), () => null).decode(node, path, mode);
    const group = part({ filterType: string, logicalOperator: string });
    group.decode(node, path, mode);
    return anything.decode(node, path, mode);
  },
};

const fieldsOf = (axisItem: Decoder<unknown>, z: Decoder<unknown>, filters: Decoder<unknown>): Fields => ({
  stream: string,
  stream_type: streamType,
  x: array(axisItem),
  y: array(axisItem),
  z,
  breakdown: some(array(axisItem)),
  latitude: some(axisItem),
  longitude: some(axisItem),
  weight: some(axisItem),
  name: some(axisItem),
  value_for_maps: some(axisItem),
  source: some(axisItem),
  target: some(axisItem),
  value: some(axisItem),
  filter: filters,
});

const promqlLabel = part({ label: text, op: text, value: text });
const promqlOperation = part({ id: text, params: some(array(anything)) });
const unlessEmpty = (item: Decoder<unknown>): Decoder<unknown> =>
  map(some(array(item)), (items) => (items && items.length > 0 ? items : undefined));

const selectedField = part({ streamAlias: orNull(string), field: string });
const join = part({
  stream: string,
  streamAlias: string,
  joinType: string,
  conditions: array(part({ leftField: selectedField, rightField: selectedField, operation: string })),
});

const query = (fields: Decoder<unknown>, more: Fields = {}): Decoder<unknown> =>
  part({
    query: orNull(string),
    vrlFunctionQuery: orNull(string),
    customQuery: boolean,
    fields,
    config: queryConfig,
    ...more,
  });

/** Versions 3 and 4 have a list of filters. */
export const listQuery = query(part(fieldsOf(oldAxis, some(array(oldAxis)), array(anything))));

/** Versions 5, 6 and 7 have one filter, which may be a group. */
export const groupQuery = query(part(fieldsOf(oldAxis, some(array(oldAxis)), filter)));

export const currentQuery = query(
  part({
    ...fieldsOf(
      newAxis,
      withDefault(array(newAxis), () => []),
      filter,
    ),
    promql_labels: unlessEmpty(promqlLabel),
    promql_operations: unlessEmpty(promqlOperation),
  }),
  { joins: some(array(join)) },
);

const size = part({ value: some(f64), unit: some(string) });

const labelPositions = [
  "top",
  "left",
  "right",
  "bottom",
  "inside",
  "insideLeft",
  "insideRight",
  "insideTop",
  "insideBottom",
  "insideTopLeft",
  "insideBottomLeft",
  "insideTopRight",
  "insideBottomRight",
  "outside",
] as const;

const drilldown = part({
  name: some(string),
  type: some(string),
  targetBlank: yes,
  findBy: some(string),
  data: some(
    part({
      url: some(string),
      folder: some(string),
      dashboard: some(string),
      tab: some(string),
      passAllVariables: yes,
      variables: some(array(part({ name: orNull(string), value: orNull(string) }))),
      logsMode: some(string),
      logsQuery: some(string),
    }),
  ),
});

const mapping = part({
  type: some(string),
  value: some(string),
  from: some(string),
  to: some(string),
  pattern: some(string),
  match: some(string),
  color: some(string),
  text: some(string),
});

const color = part({
  mode: some(string),
  fixedColor: words,
  seriesBy: some(string),
  colorBySeries: some(array(part({ type: some(string), value: some(string), color: some(string) }))),
});

/** Keys of a panel's configuration that only the newer server knows. */
export const newerPanelConfig: Fields = {
  table_pagination: yes,
  table_pagination_rows_per_page: some(i64),
  table_pivot_show_row_totals: yes,
  table_pivot_show_col_totals: yes,
  table_pivot_sticky_row_totals: yes,
  table_pivot_sticky_col_totals: yes,
  panel_time_enabled: yes,
  panel_time_range: some(dateTime),
};

export const panelConfig: Fields = {
  show_legends: boolean,
  legends_position: orNull(string),
  legends_type: some(string),
  chart_align: some(string),
  unit: some(string),
  unit_custom: some(string),
  decimals: some(f64),
  line_thickness: some(f64),
  step_value: some(string),
  top_results: some(f64),
  y_axis_min: some(f64),
  y_axis_max: some(f64),
  top_results_others: yes,
  axis_width: some(f64),
  axis_border_show: yes,
  label_option: some(part({ position: some(variant(...labelPositions)), rotate: some(f64) })),
  axis_label_rotate: some(f64),
  axis_label_truncate_width: some(f64),
  show_symbol: yes,
  line_interpolation: some(variant("smooth", "linear", "step-start", "step-end", "step-middle")),
  legend_width: some(size),
  legend_height: some(size),
  base_map: orNull(part({ type: orNull(string) })),
  map_type: some(part({ type: orNull(string) })),
  map_view: orNull(part({ zoom: number, lat: number, lng: number })),
  map_symbol_style: some(
    part({ size: text, size_by_value: orNull(part({ min: number, max: number })), size_fixed: number }),
  ),
  drilldown: some(array(drilldown)),
  mark_line: some(array(part({ name: some(string), type: some(string), value: some(string) }))),
  override_config: some(
    array(part({ field: some(part({ matchBy: text, value: text })), config: some(array(anything)) })),
  ),
  connect_nulls: yes,
  no_value_replacement: some(string),
  wrap_table_cells: yes,
  table_transpose: yes,
  table_dynamic_columns: yes,
  mappings: some(array(mapping)),
  color: some(color),
  background: some(part({ type: string, value: orNull(part({ color: string })) })),
  trellis: some(part({ layout: orNull(string), num_of_columns: integer, group_by_y_axis: yes })),
  show_gridlines: yes,
  aggregation: some(string),
  lat_label: some(string),
  lon_label: some(string),
  weight_label: some(string),
  name_label: some(string),
  table_aggregations: words,
  promql_table_mode: some(string),
  visible_columns: words,
  hidden_columns: words,
  sticky_columns: words,
  sticky_first_column: yes,
  column_order: words,
};

const variable = part({
  type: text,
  name: text,
  label: text,
  query_data: orNull(
    part({
      stream_type: withDefault(streamType, () => "logs" as const),
      stream: text,
      field: text,
      max_record_size: orNull(i64),
      filter: some(array(part({ name: orNull(string), operator: orNull(string), value: text }))),
    }),
  ),
  value: orNull(string),
  options: orNull(array(part({ label: text, value: text, selected: yes }))),
  multiSelect: yes,
  hideOnDashboard: yes,
  selectAllValueForMultiSelect: some(string),
  customMultiSelectValue: words,
  escapeSingleQuotes: yes,
  scope: some(string),
  tabs: words,
  panels: words,
});

const list = withDefault(array(variable), () => []);

/** The first version does not know the dynamic filters. */
export const plainVariables = part({ list });
export const variables = part({ list, showDynamicFilters: yes });
export const defaultDuration = dateTime;
