import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type OpenObserve, type ServerDashboard } from "@o2cqrs/providers/client";
import { existingFrom } from "@o2cqrs/providers/dashboard/rules";
import { type TimeWindow } from "../verify/context.js";
import { type ChartPanel, panelData, type TextPanel } from "./data.js";
import { loadCharts, loadRasteriser } from "./draw.js";
import { dashboardHtml, type DashboardPicture, dashboardSvg, type DrawnPanel } from "./picture.js";
import { themes } from "./theme.js";

export interface RenderOptions {
  readonly server: OpenObserve;
  readonly window: TimeWindow;
  /** Where the files are written; made if it is not there. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface Rendered {
  readonly title: string;
  readonly files: readonly string[];
  /** Panels whose query failed, with the server's words. */
  readonly failures: readonly string[];
}

export interface RenderReport {
  readonly rendered: readonly Rendered[];
  /** Why there is no PNG; absent where there is. */
  readonly noPng?: string;
}

/** Draws dashboards with the data that the server has now: HTML, and SVG and PNG in light and dark. */
export async function renderDashboards(
  dashboards: readonly ServerDashboard[],
  options: RenderOptions,
): Promise<RenderReport> {
  const draw = await loadCharts();
  const rasteriser = await loadRasteriser();
  await mkdir(options.folder, { recursive: true });
  const rendered: Rendered[] = [];
  for (const dashboard of dashboards) {
    const picture = await pictureOf(dashboard, options);
    const name = fileName(picture.title);
    const svgs = {
      light: dashboardSvg(picture, themes.light, draw),
      dark: dashboardSvg(picture, themes.dark, draw),
    };
    const contents: [string, string | Uint8Array][] = [
      [`${name}.html`, dashboardHtml(picture.title, svgs.light, svgs.dark)],
      [`${name}-light.svg`, svgs.light],
      [`${name}-dark.svg`, svgs.dark],
      ...(typeof rasteriser === "function"
        ? ([
            [`${name}-light.png`, rasteriser(svgs.light)],
            [`${name}-dark.png`, rasteriser(svgs.dark)],
          ] as [string, Uint8Array][])
        : []),
    ];
    for (const [file, content] of contents) await writeFile(join(options.folder, file), content);
    const failures = picture.tabs.flatMap(({ panels }) =>
      panels.flatMap(({ panel, data }) =>
        data?.kind === "error" ? [`${panel.title}: ${data.message}`] : [],
      ),
    );
    rendered.push({ title: picture.title, files: contents.map(([file]) => file), failures });
  }
  return { rendered, ...(typeof rasteriser !== "function" && { noPng: rasteriser.reason }) };
}

/** `CQRS commands` as `cqrs-commands`: a title is free text, a file's name must not lead anywhere else. */
export const fileName = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80) || "dashboard";

const unknownPanel = z.looseObject({
  id: z.string(),
  type: z.string(),
  title: z.string().default(""),
  layout: z.looseObject({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
});
const anyContent = z.looseObject({
  tabs: z.array(z.looseObject({ name: z.string(), panels: z.array(z.unknown()).default([]) })).default([]),
});

/** Panels of kinds that the builder does not know keep their place, and say that they are not drawn. */
export function unknownPanels(content: unknown, tab: string, known: readonly DrawnPanel[]): DrawnPanel[] {
  const ids = known.map(({ panel }) => panel.id);
  const own = anyContent.parse(content).tabs.filter(({ name }) => name === tab);
  return own.flatMap(({ panels }) =>
    panels.flatMap((panel) => {
      const { success, data } = unknownPanel.safeParse(panel);
      if (!success || ids.includes(data.id)) return [];
      const { id, type, title, layout } = data;
      const { x, y, w, h } = layout;
      const markdown = `Panels of the kind ${type} are not drawn`;
      return [{ panel: { type: "markdown", id, title, description: "", layout: { x, y, w, h }, markdown } }];
    }),
  );
}

async function pictureOf(dashboard: ServerDashboard, options: RenderOptions): Promise<DashboardPicture> {
  const { inputs } = existingFrom(dashboard, dashboard.folder ?? "default");
  const { window, server, signal } = options;
  const values = {
    __interval: "1m",
    __rate_interval: "4m",
    ...Object.fromEntries(
      inputs.variables.map((variable) => [
        variable.name,
        "value" in variable && typeof variable.value === "string" ? variable.value : "",
      ]),
    ),
  };
  const isChart = (panel: object): panel is ChartPanel => "queries" in panel;
  const tabs: DashboardPicture["tabs"][number][] = [];
  for (const { name, panels } of inputs.tabs) {
    const drawn: DrawnPanel[] = [];
    for (const panel of panels as (ChartPanel | TextPanel)[])
      drawn.push(
        isChart(panel)
          ? { panel, data: await panelData(server, panel, { window, values, signal }) }
          : { panel },
      );
    tabs.push({ name, panels: [...drawn, ...unknownPanels(dashboard.content, name, drawn)] });
  }
  return {
    title: inputs.title,
    description: inputs.description,
    tabs,
    range: { start: window.start / 1000, end: window.end / 1000 },
  };
}
