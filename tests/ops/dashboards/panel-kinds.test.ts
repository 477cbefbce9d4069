import { writeFileSync } from "node:fs";
import { type Panel } from "@o2cqrs/providers";
import { type ChartPanel, type PanelData } from "../../../ops/dashboards/data.js";
import { loadCharts, loadRasteriser } from "../../../ops/dashboards/draw.js";
import { type DrawChart, panelBody } from "../../../ops/dashboards/panel-picture.js";
import { type DrawnPanel, dashboardSvg } from "../../../ops/dashboards/picture.js";
import { unknownPanels } from "../../../ops/dashboards/render.js";
import { themes } from "../../../ops/dashboards/theme.js";
import { chartTypes } from "../../../providers/dashboard/panel.js";

const start = Date.UTC(2026, 0, 1, 12);
const range = { start, end: start + 15 * 60_000 };
const box = { width: 460, height: 260 };
const long = "ReserveStockForCustomerWithVeryLongCommandNameThatDoesNotFitAnywhere".repeat(2);

let draw: DrawChart;
beforeAll(async () => {
  draw = await loadCharts();
});

const moment = (minute: number) => new Date(start + minute * 60_000).toISOString().slice(0, 19);
const perType = [
  { type: "PlaceOrder", status: "success", n: 70 },
  { type: "PlaceOrder", status: "error", n: 7 },
  { type: "CancelOrder", status: "success", n: 20 },
  { type: long, status: "success", n: 3 },
];
const perMinute = [1, 2, 3, 9, 14].map((minute) => ({
  moment: moment(minute),
  type: "PlaceOrder",
  n: minute,
}));
const flows = [
  { source: "PlaceOrder", target: "OrderPlaced", n: 70 },
  { source: "OrderPlaced", target: "ReserveStock", n: 60 },
  { source: "OrderPlaced", target: long, n: 10 },
];

type Query = Extract<ChartPanel["queries"][number], { kind: "sql" }>;
const on = (column: string) => ({ column });
const byType: Partial<Query> = { x: [on("type")], y: [on("n")] };
const overTime: Partial<Query> = { x: [on("moment")], y: [on("n")] };

/** For each kind of panel its query and what that answers. */
const samples: Record<ChartPanel["type"], [Partial<Query>, readonly Record<string, string | number>[]]> = {
  area: [overTime, perMinute],
  "area-stacked": [{ ...overTime, breakdown: [on("type")] }, perMinute],
  bar: [{ ...byType, breakdown: [on("status")] }, perType],
  donut: [byType, perType],
  gauge: [{ y: [on("n")] }, [{ n: 42.5 }]],
  "h-bar": [byType, perType],
  "h-stacked": [{ ...byType, breakdown: [on("status")] }, perType],
  heatmap: [{ x: [on("type")], y: [on("status")], z: [on("n")] }, perType],
  line: [overTime, perMinute],
  metric: [{ y: [on("n")] }, [{ n: 42.5 }]],
  pie: [byType, perType],
  sankey: [{ y: [on("n")], flow: { source: on("source"), target: on("target") } }, flows],
  scatter: [overTime, perMinute],
  stacked: [{ ...byType, breakdown: [on("status")] }, perType],
  table: [byType, perType],
};

function panelOf(type: ChartPanel["type"], query = samples[type][0]): ChartPanel {
  return {
    id: type,
    type,
    title: type,
    description: "",
    layout: { x: 0, y: 0, w: 64, h: 18 },
    queries: [{ kind: "sql", sql: "SELECT 1", stream: "s", ...query }],
  };
}

const body = (panel: ChartPanel, data: PanelData) =>
  panelBody({ panel, data, theme: themes.light, range, draw, ...box });

/** What the chart library is asked to draw. */
function optionOf(
  panel: ChartPanel,
  data: PanelData,
): Record<string, never> & { series: Record<string, unknown>[] } {
  const given: unknown[] = [];
  panelBody({ panel, data, theme: themes.dark, range, ...box, draw: (option) => String(given.push(option)) });
  return given[0] as ReturnType<typeof optionOf>;
}

const rows = (list: readonly Record<string, string | number>[]): PanelData => ({ kind: "rows", rows: list });

describe("every kind of panel that the builder makes", () => {
  it.each(chartTypes)("%s is drawn", (type) => {
    const svg = body(panelOf(type), rows(samples[type][1]));
    expect(svg).not.toMatch(/not drawn|No data/);
    expect(svg.length).toBeGreaterThan(80);
    expect(svg).not.toContain(long);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it.each(chartTypes.filter((type) => type !== "metric"))("%s says so when there is no data", (type) => {
    expect(body(panelOf(type), rows([]))).toContain("No data in this range");
  });
});

describe("what a panel shows", () => {
  it("bars over time: each moment where a line has it, though there is one bar only", () => {
    const placesOf = (type: "line" | "stacked") => {
      const svg = body(panelOf(type, overTime), rows(perMinute.slice(0, 1)));
      return [...svg.matchAll(/translate\(([\d.]+) [\d.]+\)"[^>]*>(12:\d\d)</g)].map(([, x, time]) => [
        time,
        x,
      ]);
    };
    expect(placesOf("line").length).toBeGreaterThan(3);
    expect(placesOf("stacked")).toEqual(placesOf("line"));
  });

  it("a pie: each value with its name, its figure in the panel's unit", () => {
    const svg = body({ ...panelOf("pie"), config: { unit: "milliseconds" } }, rows(samples.pie[1].slice(2)));
    expect(svg).toMatch(/CancelOrder\s+20 ms/);
  });

  it("a gauge: the figure on the panel's scale", () => {
    const [gauge] = optionOf(
      { ...panelOf("gauge"), config: { gaugeMin: 10, gaugeMax: 50 } },
      rows([{ n: 42.5 }]),
    ).series;
    expect(gauge).toMatchObject({ min: 10, max: 50, data: [{ value: 42.5 }] });
  });

  it("a heat map: each pair of values in its place", () => {
    const [map] = optionOf(panelOf("heatmap"), rows(samples.heatmap[1])).series;
    expect(map?.data).toEqual([
      [0, 0, 70],
      [0, 1, 7],
      [1, 0, 20],
      [2, 0, 3],
    ]);
  });

  it("bars that are split: one series a value, each value over its own name", () => {
    const { series } = optionOf(panelOf("h-stacked"), rows(samples["h-stacked"][1]));
    expect(series.map(({ name, data, stack }) => [name, data, stack])).toEqual([
      ["success", [70, 20, 3], "all"],
      ["error", [7, 0, 0], "all"],
    ]);
  });

  it("a metric, whatever its column is called, and the last value of a series", () => {
    expect(body(panelOf("metric"), rows([{ n: 42.5 }]))).toContain(">42.5</text>");
    const series: PanelData = {
      kind: "series",
      series: [
        {
          name: "a",
          points: [
            [start, 1],
            [start + 1, 7],
          ],
        },
      ],
    };
    expect(body(panelOf("metric"), series)).toContain(">7</text>");
  });

  it("flows in a circle: why they are not drawn", () => {
    const circle = [...flows, { source: "ReserveStock", target: "PlaceOrder", n: 1 }];
    expect(body(panelOf("sankey"), rows(circle))).toContain("Flows in a circle are not drawn");
  });

  it("a text as it is written, and of HTML that it is not drawn", () => {
    const layout = { x: 0, y: 0, w: 96, h: 10 };
    const texts: Panel[] = [
      {
        type: "markdown",
        id: "m",
        title: "Notes",
        description: "",
        layout,
        markdown: "# Runbook\n\nRestart <it>",
      },
      {
        type: "html",
        id: "h",
        title: "Logo",
        description: "",
        layout: { ...layout, x: 96 },
        html: "<img src=x>",
      },
    ];
    const svg = svgOf(
      texts.map((panel) => ({ panel }) as DrawnPanel),
      "light",
    );
    expect(svg).toContain("# Runbook");
    expect(svg).toContain("Restart &#60;it&#62;");
    expect(svg).toContain("HTML is not drawn");
    expect(svg).not.toContain("<img");
  });
});

it("a kind of panel that the builder does not know keeps its place, and says that it is not drawn", () => {
  const layout = { x: 0, y: 0, w: 96, h: 10, i: 1 };
  const content = {
    tabs: [
      {
        name: "All",
        panels: [
          { id: "map", type: "geomap", title: "Where", layout },
          { id: "line", type: "line", layout },
        ],
      },
      { name: "Other", panels: [{ id: "else", type: "maps", layout }] },
    ],
  };
  const unknown = unknownPanels(content, "All", [{ panel: panelOf("line"), data: rows([]) }]);
  expect(unknown.map(({ panel }) => panel.id)).toEqual(["map"]);
  expect(svgOf(unknown, "light")).toMatch(/Where.*Panels of the kind geomap are not drawn/);
});

function svgOf(panels: readonly DrawnPanel[], theme: "light" | "dark"): string {
  const picture = {
    title: "Kinds",
    description: "Every kind of panel",
    tabs: [{ name: "All", panels }],
    range,
  };
  return dashboardSvg(picture, themes[theme], draw);
}

it("the whole of them makes one picture, light and dark (O2CQRS_PICTURES=folder keeps it, to be looked at)", async () => {
  const rasterise = await loadRasteriser();
  if (typeof rasterise !== "function") throw new Error(rasterise.reason);
  const panels = chartTypes.map((type, index): DrawnPanel => ({
    panel: { ...panelOf(type), layout: { x: (index % 3) * 64, y: Math.floor(index / 3) * 18, w: 64, h: 18 } },
    data: rows(samples[type][1]),
  }));
  for (const theme of ["light", "dark"] as const) {
    const png = rasterise(svgOf(panels, theme));
    expect(png.length).toBeGreaterThan(20_000);
    const folder = process.env.O2CQRS_PICTURES;
    if (folder !== undefined) writeFileSync(`${folder}/kinds-${theme}.png`, png);
  }
});
