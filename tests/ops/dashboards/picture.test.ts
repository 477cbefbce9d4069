import { type ChartPanel, fillIn, type PanelData } from "../../../ops/dashboards/data.js";
import { timeSeries } from "../../../ops/dashboards/chart.js";
import { loadCharts, loadRasteriser } from "../../../ops/dashboards/draw.js";
import { cellText, figureText } from "../../../ops/dashboards/figures.js";
import { dashboardHtml, type DashboardPicture, dashboardSvg } from "../../../ops/dashboards/picture.js";
import { type DrawChart } from "../../../ops/dashboards/panel-picture.js";
import { fileName } from "../../../ops/dashboards/render.js";
import { themes } from "../../../ops/dashboards/theme.js";
import { dashboardSpecs } from "../../../stacks/cqrs/dashboards/index.js";

const start = Date.UTC(2026, 0, 1, 12);
const end = start + 15 * 60_000;
const hostile = `<script>alert("x")</script>`;
const long = "ReserveStockForCustomerWithVeryLongCommandNameThatDoesNotFitAnywhere".repeat(3);

let draw: DrawChart;
beforeAll(async () => {
  draw = await loadCharts();
});

const chartsOf = (id: keyof typeof dashboardSpecs) =>
  dashboardSpecs[id].tabs.flatMap(({ panels: all }) =>
    all.filter((panel): panel is ChartPanel => "queries" in panel),
  );
const panels = chartsOf("commands");
const panelOf = (id: string) => [...panels, ...chartsOf("overview")].find((panel) => panel.id === id)!;

const pictureWith = (dataOf: (panel: ChartPanel) => PanelData): DashboardPicture => ({
  title: "CQRS commands",
  description: "Commands",
  tabs: [{ name: "Overview", panels: panels.map((panel) => ({ panel, data: dataOf(panel) })) }],
  range: { start, end },
});

const moment = (minute: number) => new Date(start + minute * 60_000).toISOString().slice(0, 19);
const releases: PanelData = {
  kind: "rows",
  rows: [
    { moment: moment(1), version: "1.0", records: 5 },
    { moment: moment(2), version: "1.0", records: 7 },
    { moment: moment(2), version: "1.1", records: 1 },
  ],
};

describe("a picture of a dashboard", () => {
  it("shows every panel's title, and figures as they read", () => {
    const svg = dashboardSvg(
      pictureWith(() => ({ kind: "rows", rows: [{ value: 613.21 }] })),
      themes.light,
      draw,
    );
    for (const { title } of panels) expect(svg).toContain(`>${title}</text>`);
    expect(svg).toContain(">613.2 ms</text>");
  });

  it("says so where there is no data", () => {
    const svg = dashboardSvg(
      pictureWith(() => ({ kind: "rows", rows: [] })),
      themes.dark,
      draw,
    );
    expect(svg.match(/No data in this range/g)!.length).toBeGreaterThan(5);
  });

  it("shows the server's words in the panel whose query failed, as text and never as markup", () => {
    const svg = dashboardSvg(
      pictureWith(() => ({ kind: "error", message: `no such column ${hostile}` })),
      themes.light,
      draw,
    );
    expect(svg).toContain("no such column");
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("&#60;script&#62;");
  });

  it("draws names from records as text, and cuts those that do not fit", () => {
    const rows = [
      { type: hostile, operations: 1, p95: 2, slowest: 3 },
      { type: long, operations: 1, p95: 2, slowest: 3 },
    ];
    const split: PanelData = {
      kind: "series",
      series: [
        {
          name: hostile,
          points: [
            [start, 1],
            [end, 2],
          ],
        },
      ],
    };
    const svg = dashboardSvg(
      pictureWith(({ type }) => (type === "table" ? { kind: "rows", rows } : split)),
      themes.light,
      draw,
    );
    expect(svg).not.toContain("<script>");
    expect(svg).not.toContain(long);
    expect(svg).toContain("…</text>");
  });

  it("stacks series by their moments, though one has no value at some", () => {
    const option: { series: { name: string; data: [number, number][] }[] }[] = [];
    const spy: DrawChart = (given) => {
      option.push(given as never);
      return "";
    };
    dashboardSvg(
      {
        ...pictureWith(() => releases),
        tabs: [{ name: "t", panels: [{ panel: panelOf("overview-releases-commands"), data: releases }] }],
      },
      themes.light,
      spy,
    );
    const [older, newer] = option[0]!.series;
    expect(older!.data.map(([, value]) => value)).toEqual([5, 7]);
    expect(newer!.data.map(([, value]) => value)).toEqual([0, 1]);
    expect(newer!.data[1]![0]).toBe(start + 2 * 60_000);
  });

  it("reads rows over time as one series a value of the column that splits them", () => {
    expect(
      timeSeries(panelOf("overview-releases-commands"), releases).map(({ name, points }) => [
        name,
        points.length,
      ]),
    ).toEqual([
      ["1.0", 2],
      ["1.1", 1],
    ]);
  });

  it("tells p50, p95 and p99 apart by their colours, in dark as in light", () => {
    const percentiles: PanelData = {
      kind: "rows",
      rows: [1, 2].map((minute) => ({ moment: moment(minute), p50: 1, p95: 2, p99: 3 })),
    };
    for (const theme of [themes.light, themes.dark]) {
      const panel = panelOf("commands-latency");
      const picture = {
        ...pictureWith(() => percentiles),
        tabs: [{ name: "t", panels: [{ panel, data: percentiles }] }],
      };
      const strokes = [
        ...dashboardSvg(picture, theme, draw).matchAll(/stroke="(#[0-9a-f]{6})" stroke-width="2"/g),
      ];
      const drawn = [...new Set(strokes.map(([, color = ""]) => color))];
      expect(drawn).toHaveLength(3);
      const parts = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
      const apart = (one: string, other: string) =>
        Math.hypot(...parts(one).map((value, index) => value - (parts(other)[index] ?? 0)));
      for (const one of drawn)
        for (const other of drawn) if (one !== other) expect(apart(one, other)).toBeGreaterThan(60);
    }
  });

  it("is one HTML page that loads nothing, light or dark as its reader prefers", () => {
    const html = dashboardHtml(hostile, "<svg>light</svg>", "<svg>dark</svg>");
    expect(html).toContain("prefers-color-scheme:dark");
    expect(html).not.toContain("<script");
    expect(html).not.toMatch(/(src|href)=/);
  });

  it("becomes a PNG", async () => {
    const rasteriser = await loadRasteriser();
    if (typeof rasteriser !== "function") throw new Error(rasteriser.reason);
    const png = rasteriser('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    expect(Buffer.from(png.subarray(1, 4)).toString()).toBe("PNG");
  });
});

describe("what stands in it", () => {
  it.each([
    [0.978, "percent-1", "97.8%"],
    [1234, "milliseconds", "1.23 s"],
    [43.118, "milliseconds", "43.12 ms"],
    [2048, "bytes", "2 KiB"],
    [12400, undefined, "12,400"],
    [0.0333, undefined, "0.033"],
  ] as const)("%d in %s reads %s", (value, unit, text) => {
    expect(figureText(value, unit)).toBe(text);
  });

  it("the server's microseconds are a time in UTC, and a missing value is nothing", () => {
    expect(cellText("_timestamp", start * 1000)).toBe("2026-01-01 12:00:00");
    expect(cellText("error_code", null)).toBe("");
  });

  it("variables are filled in by whole names; one without a value stays", () => {
    expect(fillIn("$type ${handler:csv} $type_of", { type: ".*", handler: "H" })).toBe(".* H $type_of");
  });

  it("a title never leads a file out of its folder", () => {
    expect(fileName("../../etc/CQRS commands")).toBe("etc-cqrs-commands");
    expect(fileName("…")).toBe("dashboard");
  });
});
