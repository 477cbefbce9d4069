import fc from "fast-check";
import type {
  AlertDestinationSpec,
  AlertSpec,
  AlertTemplateSpec,
  Condition,
  DashboardSpec,
  DashboardVariable,
  EnrichmentTableSpec,
  FolderSpec,
  FunctionSpec,
  OrganizationSpec,
  Panel,
  PipelineDestinationSpec,
  PipelineSpec,
  SavedViewSpec,
  ServiceAccountSpec,
  StreamSpec,
  UserSpec,
} from "@o2cqrs/providers";

/** Arbitrary valid arguments of every kind. */

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,11}$/);
const column = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/);
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const someText = text.filter((value) => value.trim() !== "");
const streamType = fc.constantFrom("logs", "metrics", "traces");
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition; comparison: Condition }>(
  (tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthIdentifier: "condition" },
      tie("comparison"),
      fc.record({ all: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    ),
    comparison: fc.record(
      {
        column,
        operator: fc.constantFrom("=", "!=", ">", ">=", "<", "<=", "contains", "not_contains"),
        value: fc.oneof(text, fc.integer(), fc.boolean()),
        ignoreCase: fc.boolean(),
      },
      { requiredKeys: ["column", "operator", "value"] },
    ),
  }),
).condition;

export const stream = fc
  .record({
    name,
    type: streamType,
    fields: fc.uniqueArray(
      fc.record({ name: column, type: fc.constantFrom("Utf8", "Int64", "Uint64", "Float64", "Boolean") }),
      { selector: (field) => field.name, maxLength: 6 },
    ),
    index: fc.array(column, { maxLength: 3 }),
    bloomFilter: fc.array(column, { maxLength: 2 }),
    retentionDays: fc.nat(4000),
    maxQueryRangeHours: fc.nat(1000),
    storeOriginalData: fc.boolean(),
    flattenLevel: optional(fc.nat(10)),
    enableDistinctFields: optional(fc.boolean()),
  })
  .map((spec): StreamSpec => {
    const searched = spec.fields.filter(({ type }) => type === "Utf8").map((field) => field.name);
    const isFree = (used: string) => !searched.includes(used);
    return {
      ...spec,
      fullTextSearch: searched,
      index: spec.index.filter(isFree),
      bloomFilter: spec.bloomFilter.filter(isFree),
    } as StreamSpec;
  });

export const vrlFunction: fc.Arbitrary<FunctionSpec> = fc.record({ name, vrl: someText });

export const alertTemplate: fc.Arbitrary<AlertTemplateSpec> = fc.oneof(
  fc.record({ name, body: someText, type: fc.constantFrom("http" as const, "sns" as const) }),
  fc.record({ name, body: someText, type: fc.constant("email" as const), title: someText }),
);

export const alertDestination: fc.Arbitrary<AlertDestinationSpec> = fc.oneof(
  fc.record({
    type: fc.constant("http" as const),
    name,
    template: name,
    url: name.map((host) => `https://${host}.example.com/hook`),
    method: fc.constantFrom("post" as const, "put" as const, "get" as const),
    headers: fc.dictionary(name, text, { maxKeys: 3 }),
    skipTlsVerify: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("email" as const),
    name,
    template: name,
    emails: fc.array(
      column.map((user) => `${user}@Example.com`),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    type: fc.constant("sns" as const),
    name,
    template: name,
    topicArn: name.map((topic) => `arn:aws:sns:eu-west-1:1:${topic}`),
    region: fc.constant("eu-west-1"),
  }),
);

const numeric = fc.constantFrom(
  "=" as const,
  "!=" as const,
  ">" as const,
  ">=" as const,
  "<" as const,
  "<=" as const,
);
const number = fc.integer({ min: -1000, max: 1000 });

export const alert: fc.Arbitrary<AlertSpec> = fc
  .record({
    name,
    stream: name,
    streamType,
    condition: fc.oneof(
      fc.record({
        kind: fc.constant("sql" as const),
        sql: column.map((c) => `SELECT count(*) AS ${c} FROM s`),
        vrl: optional(someText),
      }),
      fc.record({ kind: fc.constant("promql" as const), promql: column, operator: numeric, value: number }),
      fc.record({ kind: fc.constant("custom" as const), where: condition, realTime: fc.boolean() }),
      fc.record({
        kind: fc.constant("custom" as const),
        where: condition,
        aggregation: fc.record({
          function: fc.constantFrom("avg" as const, "p95" as const, "count" as const),
          column,
          groupBy: fc.array(column, { maxLength: 2 }),
          having: fc.record({ operator: numeric, value: number }),
        }),
      }),
    ),
    trigger: fc.oneof(
      fc.record({
        periodMinutes: fc.integer({ min: 1, max: 600 }),
        frequencyMinutes: optional(fc.integer({ min: 1, max: 600 })),
        silenceMinutes: fc.nat(600),
        operator: numeric,
        threshold: fc.nat(100),
      }),
      fc.record({
        periodMinutes: fc.integer({ min: 1, max: 600 }),
        cron: fc.integer({ min: 0, max: 59 }).map((second) => `${second} */5 * * * *`),
        timezone: fc.constantFrom("UTC", "Europe/Paris", "Asia/Tokyo"),
        operator: numeric,
        threshold: fc.nat(100),
      }),
    ),
    destinations: fc.array(name, { minLength: 1, maxLength: 3 }),
    folder: optional(fc.stringMatching(/^[0-9]{5}$/)),
    enabled: fc.boolean(),
    description: text,
    contextAttributes: fc.dictionary(column, text, { maxKeys: 3 }),
    rowTemplate: text,
    rowTemplateType: fc.constantFrom("String" as const, "Json" as const),
  })
  .map((spec) => {
    const aggregates = "aggregation" in spec.condition;
    const trigger = { ...spec.trigger, operator: undefined, threshold: undefined };
    return (aggregates ? { ...spec, trigger } : spec) as AlertSpec;
  });

export const folder: fc.Arbitrary<FolderSpec> = fc.record({
  name: name.filter((value) => value !== "default"),
  kind: fc.constantFrom("dashboards" as const, "alerts" as const, "reports" as const),
  description: text,
});

const address = fc.stringMatching(/^[a-z][a-z0-9_+]{1,9}$/).map((user) => `${user}@Example.com`);

export const serviceAccount: fc.Arbitrary<ServiceAccountSpec> = fc.record({
  email: address,
  firstName: text,
  lastName: text,
  rotation: text,
});

export const user: fc.Arbitrary<UserSpec> = fc.record({
  email: address,
  password: fc.string({ minLength: 8, maxLength: 30 }),
  firstName: text,
  lastName: text,
});

export const organization: fc.Arbitrary<OrganizationSpec> = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_ ]{0,20}$/),
});

export const savedView: fc.Arbitrary<SavedViewSpec> = fc.record({
  name: someText,
  data: fc.dictionary(
    fc.string().filter((key) => key !== "o2cqrs" && key !== "__proto__"),
    fc.jsonValue() as fc.Arbitrary<unknown>,
  ),
});

export const enrichmentTable: fc.Arbitrary<EnrichmentTableSpec> = fc
  .uniqueArray(column, { minLength: 1, maxLength: 3 })
  .chain((columns) =>
    fc.record({
      name,
      rows: fc.array(
        fc.record(
          Object.fromEntries(columns.map((each) => [each, fc.oneof(text, fc.integer(), fc.boolean())])),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  );

export const pipelineDestination: fc.Arbitrary<PipelineDestinationSpec> = fc.record({
  name,
  url: name.map((host) => `https://${host}.example.com/in`),
  method: fc.constantFrom("post" as const, "put" as const, "get" as const),
  headers: fc.dictionary(name, text, { maxKeys: 3 }),
  skipTlsVerify: fc.boolean(),
  outputFormat: fc.constantFrom(
    "json" as const,
    "ndjson" as const,
    "nestedevent" as const,
    { esbulk: { index: "i" } },
    { stringSeparated: { separator: "|" } },
  ),
});

/** A chain or a tree from the source: node `n<i>` comes from some before it, and outputs end what is open. */
export const pipeline: fc.Arbitrary<PipelineSpec> = fc
  .record({
    name,
    description: text.filter((value) => !value.includes("o2cqrs:")),
    enabled: fc.boolean(),
    stream: name,
    nodes: fc.array(fc.record({ parent: fc.nat(), when: optional(condition), function: column }), {
      maxLength: 5,
    }),
    scheduled: fc.boolean(),
  })
  .map(({ nodes, stream: source, scheduled, ...rest }): PipelineSpec => {
    const named = nodes.map((node, i) => {
      const parent = node.parent % (i + 1);
      const from = parent === 0 ? "source" : `n${parent - 1}`;
      const kind = node.when === undefined ? ({ kind: "function", function: node.function } as const) : null;
      return [`n${i}`, kind ? { ...kind, from } : { kind: "condition", when: node.when!, from }] as const;
    });
    const used = new Set(named.map(([, node]) => node.from));
    const open = [...named.map(([id]) => id), "source"].filter((id) => !used.has(id));
    const outputs = open.length > 0 ? open : ["source"];
    return {
      ...rest,
      source: scheduled
        ? { kind: "sql", sql: "SELECT MAX(_timestamp) AS _timestamp FROM s", periodMinutes: 5 }
        : { kind: "stream", stream: source },
      nodes: Object.fromEntries(named) as NonNullable<PipelineSpec["nodes"]>,
      outputs: Object.fromEntries(
        outputs.map((from, i) => [`o${i}`, { kind: "stream", stream: `out${i}`, from }]),
      ),
    };
  });

const axis = fc.record({ column, label: optional(someText), color: optional(fc.constant("#5960b2")) });
const axes = fc.array(axis, { maxLength: 2 });

const sqlQuery = fc.record({
  kind: fc.constant("sql" as const),
  sql: someText,
  stream: column,
  streamType,
  x: axes,
  y: axes,
  breakdown: axes,
  vrl: optional(someText),
});
const promqlQuery = fc.record({
  kind: fc.constant("promql" as const),
  promql: someText,
  stream: column,
  legend: text,
});

const panelConfig = fc.record(
  {
    showLegends: fc.boolean(),
    legendsPosition: fc.constantFrom("right", "bottom"),
    unit: fc.oneof(fc.constantFrom("milliseconds", "percent-1", "bytes"), fc.record({ custom: someText })),
    decimals: fc.nat(5),
    yAxisMin: fc.nat(100),
    connectNulls: fc.boolean(),
    lineInterpolation: fc.constantFrom("smooth", "step-end"),
    topResults: fc.integer({ min: 1, max: 50 }),
    noValueReplacement: someText,
    gaugeMin: fc.nat(10),
    gaugeMax: fc.integer({ min: 11, max: 1000 }),
    color: fc.record({ mode: fc.constant("fixed"), fixed: fc.constant(["#ff0000"]) }),
  },
  { requiredKeys: [] },
);

/** Panels stand one under the other. */
const panels = fc
  .array(
    fc.oneof(
      fc.record({
        type: fc.constantFrom("line", "table", "metric", "gauge", "bar"),
        title: text,
        queries: fc.oneof(
          fc.array(sqlQuery, { minLength: 1, maxLength: 2 }),
          fc.array(promqlQuery, { minLength: 1, maxLength: 2 }),
        ),
        config: panelConfig,
      }),
      fc.record({ type: fc.constant("markdown"), title: text, markdown: text }),
      fc.record({ type: fc.constant("html"), title: text, html: text }),
    ),
    { maxLength: 4 },
  )
  .map((list) =>
    list.map((panel, i) => ({ ...panel, id: `p${i}`, layout: { x: 0, y: i * 10, w: 192, h: 10 } }) as Panel),
  );

const variable: fc.Arbitrary<DashboardVariable> = fc.oneof(
  fc.record({
    kind: fc.constant("query_values" as const),
    name: column,
    stream: column,
    column,
    multiSelect: fc.boolean(),
    filter: fc.array(
      fc.record({ column, operator: fc.constantFrom("=" as const, "!=" as const), value: text }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ kind: fc.constant("constant" as const), name: column, value: text }),
  fc.record({ kind: fc.constant("textbox" as const), name: column, label: optional(someText) }),
  fc.record({
    kind: fc.constant("custom" as const),
    name: column,
    options: fc.array(fc.record({ label: text, value: text, selected: fc.boolean() }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
) as fc.Arbitrary<DashboardVariable>;

export const dashboard: fc.Arbitrary<DashboardSpec> = fc.record({
  title: someText,
  description: text.filter((value) => !value.includes("o2cqrs:")),
  tabs: panels.map((list) => [{ name: "Main", panels: list }]),
  variables: fc.uniqueArray(variable, { selector: (each) => each.name, maxLength: 3 }),
  showDynamicFilters: fc.boolean(),
  timeRange: fc.constantFrom(
    { kind: "relative" as const, period: "15m" },
    { kind: "absolute" as const, start: 1, end: 2 },
  ),
});
