import type { UnplacedPanel } from "../../../stacks/cqrs/dashboards/builder.js";
import { recordsOf, traceOfRecord } from "../../../stacks/cqrs/dashboards/drill-down.js";
import { bars, figure, metricseries, table, timeseries } from "../../../stacks/cqrs/dashboards/panels.js";
import { choices, chosenSeries } from "../../../stacks/cqrs/dashboards/variables.js";

const described = { id: "p", title: "Panel", description: "What it shows", stream: "cqrs_commands" };
const sql = "SELECT 1 AS value";

const configOf = (panel: UnplacedPanel) => ("queries" in panel ? panel.config : undefined);
const figuresOf = (panel: UnplacedPanel) =>
  "queries" in panel ? panel.queries.map((query) => (query.kind === "sql" ? query.y : undefined)) : [];

describe("a panel", () => {
  it("that is given no unit or colour has none, so that the server's own is taken", () => {
    expect(configOf(figure({ ...described, sql }))).toStrictEqual({ noValueReplacement: "–" });
    const line = timeseries({ ...described, sql, measures: { n: undefined, bad: "#d55e00" } });
    expect(configOf(line)).toStrictEqual({ legendsPosition: "bottom" });
    expect(figuresOf(line)).toStrictEqual([[{ column: "n" }, { column: "bad", color: "#d55e00" }]]);
  });

  it("with one line a metric draws the limit that it is given", () => {
    const limit = { name: "limit", value: 500 };
    const series = metricseries({
      ...described,
      promql: "up",
      legend: "{type}",
      unit: "milliseconds",
      limit,
    });
    expect(configOf(series)).toStrictEqual({
      legendsPosition: "bottom",
      unit: "milliseconds",
      markLines: [{ name: "limit", type: "yAxis", value: "500" }],
    });
  });

  it("of bars has no legend, as each bar is named", () => {
    const panel = bars({ ...described, sql, by: "type", measure: "n" });
    expect(configOf(panel)).toMatchObject({ showLegends: false });
  });

  it("of rows breaks long texts, and leads nowhere unless told", () => {
    const rows = table({ ...described, sql, columns: ["type"], measures: ["n"] });
    expect(configOf(rows)).toStrictEqual({ wrapTableCells: true });
  });
});

describe("a way out of the dashboards", () => {
  it("opens beside them", () => {
    for (const lead of [recordsOf("cqrs_commands"), traceOfRecord])
      expect(lead).toMatchObject({ newTab: true });
  });
});

describe("a series that the reader narrows", () => {
  it("leaves out what probes and drills measure by their service alone", () => {
    const series = chosenSeries("cqrs_command_total", ["type"]);
    const matchers = series.slice(series.indexOf("{") + 1, -1).split(",");
    const excluding = matchers.filter((matcher) => matcher.includes("!~") || matcher.includes("!="));
    expect(excluding).toHaveLength(1);
    expect(excluding[0]).toContain(choices.service.metricLabel);
    expect(matchers).toHaveLength(5);
  });
});
