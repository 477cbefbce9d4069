import {
  dashboards,
  derivedMetricRecord,
  folders,
  type MetricDefinition,
  metrics,
  metricStreams,
  objectives,
  streams,
} from "@o2cqrs/contract";
import type { DashboardSpec, Panel } from "@o2cqrs/providers";
import { Parser } from "@openobserve/node-sql-parser";
import { parser as promqlParser } from "@prometheus-io/lezer-promql";
import { dashboardSpecs } from "../../../stacks/cqrs/dashboards/index.js";
import { colours } from "../../../stacks/cqrs/dashboards/colours.js";
import { choices } from "../../../stacks/cqrs/dashboards/variables.js";
import { dashboard, gridWidth } from "../../../stacks/cqrs/dashboards/builder.js";
import { dashboardSchema } from "../../../providers/dashboard/rules.js";

/** Labels of a series: the metric's own, and where the process runs; of the pipeline's counts, the record's. */
function labelsOf(series: string): readonly string[] {
  if (series === streams.metrics.storedName) return Object.keys(derivedMetricRecord.shape);
  const metric = Object.values<MetricDefinition>(metrics).find(
    ({ name }) => series.replace(/_(bucket|count|sum)$/, "") === name,
  );
  const { env, service, version } = choices;
  return [env.metricLabel, service.metricLabel, version.metricLabel, ...(metric?.labels ?? [])];
}

type Chart = Extract<Panel, { queries: unknown }>;

const panelsOf = (spec: DashboardSpec) => spec.tabs.flatMap((tab) => tab.panels);
const charts = Object.values(dashboardSpecs).flatMap((spec) =>
  panelsOf(spec).filter((panel): panel is Chart => "queries" in panel),
);
const queries = charts.flatMap((panel) => panel.queries.map((query) => [panel.id, query, panel] as const));
const sqlQueries = queries.flatMap(([id, query]) => (query.kind === "sql" ? [[id, query] as const] : []));
const promqlQueries = queries.flatMap(([id, query]) =>
  query.kind === "promql" ? [[id, query] as const] : [],
);

describe("the dashboards", () => {
  it("are the four of the plan and an overview, by the contract's titles", () => {
    expect(Object.values(dashboardSpecs).map(({ title }) => title)).toEqual(
      Object.values(dashboards).map(({ title }) => title),
    );
  });

  it.each(Object.entries(dashboardSpecs))("%s is what the resource accepts", (_id, spec) => {
    expect(dashboardSchema.safeParse(spec).error?.issues).toBeUndefined();
  });

  it.each(Object.entries(dashboardSpecs))("%s covers its grid without overlap or gap", (_id, spec) => {
    for (const { panels } of spec.tabs) {
      const height = Math.max(...panels.map(({ layout }) => layout.y + layout.h));
      const covered = new Uint8Array(gridWidth * height);
      for (const { layout } of panels)
        for (let y = layout.y; y < layout.y + layout.h; y++)
          for (let x = layout.x; x < layout.x + layout.w; x++) covered[y * gridWidth + x]! += 1;
      expect(new Set(covered)).toEqual(new Set([1]));
    }
  });

  it.each(Object.entries(dashboardSpecs))(
    "%s opens on the last 15 minutes, a range that readers can widen",
    (_id, spec) => {
      expect(spec.timeRange).toEqual({ kind: "relative", period: "15m" });
    },
  );

  it.each(Object.entries(dashboardSpecs))(
    "%s lets its reader choose environment, service, version, type and handler",
    (_id, spec) => {
      expect(
        spec.variables?.map(
          (choice) => `${choice.name}: ${choice.label}: ${"value" in choice ? choice.value : ""}`,
        ),
      ).toEqual([
        "env: Environment (regular expression): .*",
        "service: Service (regular expression): .*",
        "version: Version (regular expression): .*",
        "type: Type (regular expression): .*",
        "handler: Handler (regular expression): .*",
      ]);
    },
  );

  it("describe every panel, and say what it is about in one title", () => {
    for (const panel of charts) {
      expect(panel.description).not.toBe("");
      expect(panel.title).toMatch(/^(p95|[A-Z]).{0,38}$/);
    }
  });

  it.each(["commands", "queries", "events"] as const)(
    "lead from a type to its handler to records to the trace, on %s",
    (id) => {
      const leads = panelsOf(dashboardSpecs[id]).flatMap((panel) =>
        "queries" in panel ? (panel.config?.drillDowns ?? []) : [],
      );
      expect(leads.map(({ kind, name }) => `${kind}: ${name}`)).toEqual(
        expect.arrayContaining([
          "dashboard: Only this type",
          "dashboard: Only this handler",
          "logs: Records",
          "url: Trace",
        ]),
      );
    },
  );
});

describe("a click, as the user interface of v0.60 and v0.90 handles it", () => {
  /** What it puts in for what was clicked; into a query for logs it puts texts in quotes. */
  const clicked = {
    start_time: 1795507200000,
    end_time: 1795508100000,
    row: {
      field: {
        handler: "PlaceOrderHandler",
        type: "PlaceOrder",
        traceid: "4bf92f3577b34da6a3ce929d0e0e4736",
      },
    },
  };
  const put = (text: string, quote: string) =>
    text.replace(/\$\{([^}]+)\}/g, (_, key: string) => {
      const value = key
        .split(/\.|\["(.*?)"\]/)
        .filter(Boolean)
        .reduce<unknown>((within, part) => Reflect.get(within as object, part), clicked);
      return typeof value === "string" ? quote + value + quote : String(value);
    });
  const leads = (["commands", "queries", "events"] as const).flatMap((id) =>
    panelsOf(dashboardSpecs[id]).flatMap((panel) =>
      "queries" in panel ? (panel.config?.drillDowns ?? []) : [],
    ),
  );

  it("opens the clicked handler's records", () => {
    const queries = leads.flatMap((lead) => (lead.kind === "logs" ? [put(lead.sql ?? "", "'")] : []));
    expect(queries).toEqual(
      ["cqrs_commands", "cqrs_queries", "cqrs_events"].map(
        (stream) => `SELECT * FROM "${stream}" WHERE handler = 'PlaceOrderHandler' ORDER BY _timestamp DESC`,
      ),
    );
    for (const query of queries) expect(() => new Parser().astify(query)).not.toThrow();
  });

  it("opens the clicked record's trace, within the range in microseconds", () => {
    const urls = leads.flatMap((lead) => (lead.kind === "url" ? [put(lead.url, "")] : []));
    expect(new Set(urls)).toEqual(
      new Set([
        "/web/traces/trace-details?stream=traces&trace_id=4bf92f3577b34da6a3ce929d0e0e4736&from=1795507200000000&to=1795508100000000",
      ]),
    );
  });

  it("narrows a dashboard that exists to the clicked type or handler", () => {
    const there = leads.flatMap((lead) => (lead.kind === "dashboard" ? [lead] : []));
    for (const { dashboard, folder, variables = [] } of there) {
      expect(folder).toBe(folders.dashboards.name);
      expect(Object.values(dashboardSpecs).map(({ title }) => title)).toContain(dashboard);
      expect(variables).toHaveLength(1);
      for (const { name, value } of variables)
        expect(put(value, "")).toBe(name === "type" ? "PlaceOrder" : "PlaceOrderHandler");
    }
    expect(there.length).toBeGreaterThanOrEqual(6);
  });
});

describe("the views of the plan", () => {
  const titles = (id: keyof typeof dashboardSpecs) => panelsOf(dashboardSpecs[id]).map(({ title }) => title);

  it("commands: trend, success rate, distribution of durations, slowest types and handlers", () => {
    expect(titles("commands")).toEqual(
      expect.arrayContaining([
        "Commands by outcome",
        "Success rate",
        "Distribution of durations",
        "Slowest by type",
        "Slowest by handler",
      ]),
    );
  });

  it("queries: response times, cache hit ratio, comparison of types, most frequent", () => {
    expect(titles("queries")).toEqual(
      expect.arrayContaining([
        "Duration p50, p95, p99",
        "Cache hit ratio",
        "Types compared",
        "Most frequent queries",
      ]),
    );
  });

  it("events: publish rate, handling time, success rate, dead letters", () => {
    expect(titles("events")).toEqual(
      expect.arrayContaining([
        "Events published per second",
        "Duration p50, p95, p99",
        "Success rate",
        "Dead letters",
      ]),
    );
  });

  it("runtime: operations in flight, background refreshes, retries", () => {
    expect(titles("runtime")).toEqual(
      expect.arrayContaining(["Operations in flight", "Background refreshes", "Retries per second"]),
    );
  });
});

describe("the panels' queries", () => {
  it.each(promqlQueries)(
    "%s is PromQL that Prometheus' own grammar accepts, over a metric of the contract",
    (_id, query) => {
      const mistakes: string[] = [];
      const names: string[] = [];
      promqlParser.parse(query.promql).iterate({
        enter: (node) => {
          if (node.type.isError) mistakes.push(query.promql.slice(0, node.from));
          if (node.name === "VectorSelector")
            names.push(/^[\w:]+/.exec(query.promql.slice(node.from, node.to))![0]);
        },
      });
      expect(mistakes).toEqual([]);
      const known = [...metricStreams, streams.metrics.storedName];
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      expect(known).toContain(query.stream);
    },
  );

  it.each(promqlQueries)("%s follows every choice that all its series can tell apart", (_id, { promql }) => {
    const series = [...promql.matchAll(/([\w:]+)(\{[^}]*\})/g)].map(([, name, matchers]) => {
      const has = (label: string) => labelsOf(name!).includes(label);
      const told = Object.entries(choices).flatMap(([choice, { column, metricLabel }]) => {
        const label = name === streams.metrics.storedName ? column : metricLabel;
        return has(label) ? [{ choice, matcher: `${label}=~"($${choice})"` }] : [];
      });
      return { told, matchers: matchers! };
    });
    expect(series.length).toBeGreaterThan(0);
    const common = Object.keys(choices).filter((choice) =>
      series.every(({ told }) => told.some((each) => each.choice === choice)),
    );
    expect(common).toEqual(expect.arrayContaining(["env", "service"]));
    for (const { told, matchers } of series)
      for (const { choice, matcher } of told) {
        if (common.includes(choice)) expect(matchers).toContain(matcher);
        else expect(matchers).not.toContain(`$${choice}`);
      }
  });

  it.each(sqlQueries)("%s follows every choice that its stream has a column for", (_id, query) => {
    const { fields } = Object.values(streams).find(({ storedName }) => storedName === query.stream)!;
    for (const [choice, { column }] of Object.entries(choices))
      if (fields.some(({ name }) => name === column))
        expect(query.sql).toContain(`re_match(${column}, '$${choice}')`);
  });

  it.each(sqlQueries)(
    "%s is SQL that the user interface's own parser accepts, over columns of the contract",
    (_id, query) => {
      const stream = Object.values(streams).find(({ storedName }) => storedName === query.stream)!;
      const { columnList, ast } = new Parser().parse(query.sql);
      expect(Array.isArray(ast) ? ast.length : 1).toBe(1);
      const made = [...(query.x ?? []), ...(query.y ?? []), ...(query.breakdown ?? [])].map(
        ({ column }) => column,
      );
      const stored = ["_timestamp", ...stream.fields.map(({ columnName }) => columnName)];
      const used = columnList.map((entry) => entry.split("::").at(-1)!.toLowerCase());
      expect(used.filter((column) => !stored.includes(column) && !made.includes(column))).toEqual([]);
    },
  );

  it.each(sqlQueries)("%s shows every column that it asks for", (_id, query) => {
    const selected = /^SELECT (.*?) FROM /.exec(query.sql)![1]!;
    const asked = selected.split(/, (?![^(]*\))/).map((column) => column.split(" AS ").at(-1)!);
    const shown = [...(query.x ?? []), ...(query.y ?? []), ...(query.breakdown ?? [])].map(
      ({ column }) => column,
    );
    expect([...shown].sort()).toEqual([...asked].sort());
  });

  it.each(promqlQueries.filter(([, { promql }]) => promql.includes(" by (")))(
    "%s names its lines by what splits them, a label that the metric has",
    (_id, query) => {
      const [, label] = /^\w+ by \((\w+)\) /.exec(query.promql)!;
      expect(query.legend).toBe(`{${label!}}`);
      const metric = Object.values(metrics).find(({ name }) => name === query.stream)!;
      expect(metric.labels).toContain(label);
    },
  );

  it("split every metric of the contract by a label, and leave together what an objective adds up", () => {
    for (const [id, { promql }] of promqlQueries)
      expect(`${id} ${promql.includes(" by (")}`).toBe(`${id} ${!id.startsWith("overview-burn")}`);
  });

  it("show durations in milliseconds and shares in per cent, where the whole panel is of one kind", () => {
    const unitOf = (id: string) => charts.find((panel) => panel.id === id)!.config?.unit;
    for (const role of ["commands", "queries", "events"]) {
      expect([`${role}-p95`, `${role}-latency`].map(unitOf)).toEqual(["milliseconds", "milliseconds"]);
      expect(unitOf(`${role}-success`)).toBe("percent-1");
      expect(unitOf(`${role}-total`)).toBeUndefined();
    }
    expect(
      ["commands-success-trend", "queries-hit-ratio", "runtime-hit-ratio", "queries-by-type"].map(unitOf),
    ).toEqual(["percent-1", "percent-1", "percent-1", "milliseconds"]);
  });

  it("show a dash where there is no figure, and as many decimals as the figure needs", () => {
    const figures = charts.filter(({ type }) => type === "metric");
    for (const { config } of figures) expect(config?.noValueReplacement).toBe("–");
    const decimals = Object.fromEntries(figures.map(({ id, config }) => [id, config?.decimals]));
    expect(decimals).toMatchObject({ "commands-success": 2, "commands-p95": 1 });
    expect(decimals["commands-total"]).toBeUndefined();
  });

  it("colour by meaning: what is good, what is bad, and quantiles each its own", () => {
    const coloursOf = (id: string) =>
      charts
        .find((panel) => panel.id === id)!
        .queries.flatMap((query) => (query.kind === "sql" ? (query.y ?? []) : []))
        .map(({ color }) => color);
    expect(coloursOf("commands-success-trend")).toEqual([colours.good]);
    expect(coloursOf("queries-hit-ratio-trend")).toEqual([colours.good]);
    expect(coloursOf("events-dead-trend")).toEqual([colours.bad]);
    expect(coloursOf("commands-latency")).toEqual([colours.fast, colours.typical, colours.slow]);
    expect(coloursOf("commands-trend")).toEqual([colours.good, colours.bad]);
    // Lines that a column splits get a colour each from the user interface.
    expect(coloursOf("queries-by-type")).toEqual([undefined]);
    expect(new Set(Object.values(colours)).size).toBeGreaterThanOrEqual(6);
  });

  it("begin with availability, then latency, on the overview", () => {
    const titles = panelsOf(dashboardSpecs.overview).map(({ title }) => title);
    expect(titles.slice(0, 6)).toEqual(
      ["availability", "latency"].flatMap((kind) =>
        Object.values(objectives)
          .filter((objective) => objective.kind === kind)
          .map(({ title }) => title),
      ),
    );
  });

  it("name the line of a limit", () => {
    const names = charts.flatMap(({ config }) => (config?.markLines ?? []).map(({ name }) => name));
    expect(new Set(names)).toEqual(new Set(["p95 limit", "lowest hit ratio", "fast burn"]));
  });

  it.each(promqlQueries)("%s leaves out what probes and drills measure", (_id, query) => {
    const selectors = [...query.promql.matchAll(/\{([^}]*)\}/g)].map(([, matchers]) => matchers!);
    expect(selectors.length).toBeGreaterThan(0);
    for (const matchers of selectors)
      expect(matchers).toMatch(/service(_name)?!~"\(o2cqrs-probe\|o2cqrs-drill\)"/);
    expect(query.promql).not.toMatch(/cqrs_\w+[[)]/);
  });

  it("draw the limit of an alert where the alert has it", () => {
    const lines = charts.flatMap(({ id, config }) =>
      (config?.markLines ?? []).map(({ value }) => `${id} ${value!}`),
    );
    expect(lines).toEqual(
      expect.arrayContaining(["commands-latency 500", "queries-latency 300", "queries-hit-ratio-trend 0.5"]),
    );
  });

  it("show every metric of the contract that is not a figure of the logs", () => {
    const shown = new Set(promqlQueries.map(([, query]) => query.stream.replace(/_bucket$/, "")));
    const fromLogs: string[] = [metrics.queryTotal.name];
    for (const { name } of Object.values(metrics))
      if (!fromLogs.includes(name) && name !== metrics.eventDlqTotal.name) expect([...shown]).toContain(name);
  });
});

describe("the builder", () => {
  const panel = (id: string) => ({ id, title: id, type: "markdown", markdown: "" }) as const;

  it("shares a row among its panels and leaves the rest to the last", () => {
    const { tabs } = dashboard({ title: "t" })
      .row(4, panel("a"), panel("b"), panel("c"), panel("d"), panel("e"))
      .row(2, panel("f"))
      .build();
    expect(tabs[0]!.panels.map(({ layout }) => [layout.x, layout.y, layout.w, layout.h])).toEqual([
      [0, 0, 38, 4],
      [38, 0, 38, 4],
      [76, 0, 38, 4],
      [114, 0, 38, 4],
      [152, 0, 40, 4],
      [0, 4, 192, 2],
    ]);
  });

  it("makes one tab of rows that name none, without choices, over the last 15 minutes", () => {
    const { tabs, ...rest } = dashboard({ title: "Orders", description: "What is sold" })
      .row(4, panel("a"))
      .build();
    expect(tabs.map(({ name }) => name)).toEqual(["Overview"]);
    expect(rest).toEqual({
      title: "Orders",
      description: "What is sold",
      variables: [],
      timeRange: { kind: "relative", period: "15m" },
    });
  });

  it("starts each tab at the top", () => {
    const { tabs } = dashboard({ title: "t" })
      .tab("one")
      .row(4, panel("a"))
      .tab("two")
      .row(4, panel("b"))
      .build();
    expect(tabs.map(({ name, panels }) => [name, panels[0]!.layout.y])).toEqual([
      ["one", 0],
      ["two", 0],
    ]);
  });
});
