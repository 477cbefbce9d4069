import { z } from "zod";
import type { Kind } from "../base/kind.js";
import { markerIn, withMarker, withoutMarker } from "../base/marker.js";
import type { Existing } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import type { DashboardBody, ServerDashboard } from "../client/index.js";
import { type DashboardInputs, dashboardShape } from "./args.js";
import type { PanelLayout } from "./panel.js";
import { panelBody, panelFrom } from "./panel-form.js";
import { variableBody, variableFrom } from "./variable-form.js";

type Tab = DashboardInputs["tabs"][number];

/** The user interface needs ids of tabs and panels to be unique, and panels on top of each other hide. */
export const dashboardSchema = dashboardShape.superRefine(({ tabs, variables }, context) => {
  const refuse = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });

  const panels = tabs.flatMap((tab, t) =>
    tab.panels.map((panel, p) => ({ ...panel, path: ["tabs", t, "panels", p] })),
  );
  panels.forEach((panel, i) => {
    if (panels.findIndex((other) => other.id === panel.id) < i)
      refuse([...panel.path, "id"], `another panel of the dashboard has the id ${panel.id}`);
  });
  tabs.forEach((tab, t) => {
    if (tabs.findIndex((other, o) => tabId(other, o) === tabId(tab, t)) < t)
      refuse(["tabs", t, "id"], `another tab has the id ${tabId(tab, t)}`);
    tab.panels.forEach((panel, p) => {
      const under = tab.panels.slice(0, p).find((other) => overlap(other.layout, panel.layout));
      if (under !== undefined) refuse(["tabs", t, "panels", p, "layout"], `lies over panel ${under.id}`);
    });
  });
  variables.forEach((variable, v) => {
    if (variables.findIndex((other) => other.name === variable.name) < v)
      refuse(["variables", v, "name"], `another variable has the name ${variable.name}`);
  });
});

function overlap(a: PanelLayout, b: PanelLayout): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

export const dashboardKind: Kind<DashboardInputs> = {
  name: "Dashboard",
  schema: dashboardSchema,
  comparable,
  replaceOn: [],
};

/** What stands for itself when it is left out: ids of tabs, labels of axes and variables. */
function comparable(dashboard: DashboardInputs): Properties {
  return {
    ...dashboard,
    tabs: dashboard.tabs.map((tab, t) => ({
      ...tab,
      id: tabId(tab, t),
      panels: tab.panels.map((panel) => ("queries" in panel ? comparableChart(panel) : panel)),
    })),
    variables: dashboard.variables.map((variable) => ({
      ...variable,
      label: variable.label ?? variable.name,
    })),
  };
}

type Chart = Extract<Tab["panels"][number], { queries: unknown }>;

function comparableChart(panel: Chart): Properties {
  const { config } = panel;
  return {
    ...panel,
    config: {
      ...config,
      gaugeMin: config.gaugeMin === 0 ? undefined : config.gaugeMin,
      gaugeMax: config.gaugeMax === 100 ? undefined : config.gaugeMax,
    },
    queries: panel.queries.map((query) =>
      query.kind === "promql"
        ? query
        : {
            ...query,
            x: query.x.map(labelled),
            y: query.y.map(labelled),
            z: query.z.map(labelled),
            breakdown: query.breakdown.map(labelled),
            flow: query.flow && { source: labelled(query.flow.source), target: labelled(query.flow.target) },
          },
    ),
  };
}

const labelled = <T extends { column: string; label?: string | undefined }>(axis: T): T => ({
  ...axis,
  label: axis.label ?? axis.column,
});

/** The user interface opens the tab `default` first. */
function tabId({ id, name }: Tab, t: number): string {
  return id ?? (t === 0 ? "default" : name.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
}

/** A dashboard as it is sent, in schema 8. */
export function dashboardBody(dashboard: DashboardInputs): DashboardBody {
  const { timeRange } = dashboard;
  return {
    version: 8,
    title: dashboard.title,
    description: withMarker(dashboard.description, dashboard.marker),
    role: "",
    owner: "",
    tabs: dashboard.tabs.map((tab, t) => ({
      tabId: tabId(tab, t),
      name: tab.name,
      panels: tab.panels.map((panel, p) => panelBody(panel, p + 1)),
    })),
    variables: {
      list: dashboard.variables.map(variableBody),
      showDynamicFilters: dashboard.showDynamicFilters,
    },
    defaultDatetimeDuration:
      timeRange.kind === "relative"
        ? { type: "relative", relativeTimePeriod: timeRange.period }
        : { type: "absolute", startTime: timeRange.start, endTime: timeRange.end },
  };
}

/** A dashboard as it is sent to replace one: what the server owns stays as it is. */
export function replacementBody(dashboard: DashboardInputs, current: ServerDashboard): DashboardBody {
  const { dashboardId, owner, created, role } = current.content;
  return { ...dashboardBody(dashboard), dashboardId, owner, created, role };
}

const contentSchema = z.looseObject({
  title: z.string(),
  description: z.string().nullish(),
  tabs: z
    .array(z.looseObject({ tabId: z.string(), name: z.string(), panels: z.array(z.unknown()).default([]) }))
    .default([]),
  variables: z
    .looseObject({ list: z.array(z.unknown()).default([]), showDynamicFilters: z.boolean().nullish() })
    .nullish(),
  defaultDatetimeDuration: z
    .looseObject({
      type: z.string(),
      relativeTimePeriod: z.string().nullish(),
      startTime: z.number().nullish(),
      endTime: z.number().nullish(),
    })
    .nullish(),
});

/** A dashboard as the server has it, in terms of arguments. */
export function existingFrom(dashboard: ServerDashboard, folder: string): Existing<DashboardInputs> {
  const content = contentSchema.parse(dashboard.content);
  const description = content.description ?? "";
  const marker = markerIn(description);
  return {
    marker,
    inputs: {
      title: content.title,
      description: withoutMarker(description),
      folder,
      tabs: content.tabs.map((tab) => ({
        name: tab.name,
        id: tab.tabId,
        panels: tab.panels.flatMap((panel) => panelFrom(panel) ?? []),
      })),
      variables: (content.variables?.list ?? []).flatMap((variable) => variableFrom(variable) ?? []),
      showDynamicFilters: content.variables?.showDynamicFilters ?? false,
      timeRange: timeRangeFrom(content.defaultDatetimeDuration),
      adopt: false,
      marker,
    },
  };
}

function timeRangeFrom(
  range: z.output<typeof contentSchema>["defaultDatetimeDuration"],
): DashboardInputs["timeRange"] {
  if (range?.type === "absolute")
    return { kind: "absolute", start: range.startTime ?? 0, end: range.endTime ?? 0 };
  return { kind: "relative", period: range?.relativeTimePeriod ?? "15m" };
}
