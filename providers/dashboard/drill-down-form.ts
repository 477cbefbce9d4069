import type { z } from "zod";
import { type Properties, withoutUndefined } from "../base/values.js";
import type { drillDownSchema } from "./panel.js";

type DrillDown = z.output<typeof drillDownSchema>;

const serverTypes = { url: "byUrl", dashboard: "byDashboard", logs: "logs" } as const;

/** A drill-down as schema 8 writes it: every key of all three kinds, as the user interface does. */
export function drillDownBody(drillDown: DrillDown): Properties {
  const isDashboard = drillDown.kind === "dashboard";
  const sql = drillDown.kind === "logs" ? drillDown.sql : undefined;
  return {
    name: drillDown.name,
    type: serverTypes[drillDown.kind],
    targetBlank: drillDown.newTab,
    findBy: "name",
    data: {
      logsMode: sql === undefined ? "auto" : "custom",
      logsQuery: sql ?? "",
      url: drillDown.kind === "url" ? drillDown.url : "",
      folder: isDashboard ? drillDown.folder : "",
      dashboard: isDashboard ? drillDown.dashboard : "",
      tab: isDashboard ? drillDown.tab : "",
      passAllVariables: isDashboard ? drillDown.passAllVariables : true,
      variables: isDashboard ? drillDown.variables : [],
    },
  };
}

/** In terms of arguments, unchecked: what does not fit them shows as a difference. */
export function drillDownFrom(answer: unknown): Properties {
  const { name, type, targetBlank, data } = answer as Record<string, unknown> & {
    data?: Readonly<Record<string, unknown>> | null;
  };
  const common = { name, newTab: targetBlank ?? false };
  if (type === serverTypes.url) return { kind: "url", ...common, url: data?.url };
  if (type === serverTypes.dashboard)
    return {
      kind: "dashboard",
      ...common,
      folder: data?.folder,
      dashboard: data?.dashboard,
      tab: data?.tab,
      variables: data?.variables ?? [],
      passAllVariables: data?.passAllVariables ?? true,
    };
  return withoutUndefined({
    kind: "logs",
    ...common,
    sql: data?.logsMode === "custom" ? data.logsQuery : undefined,
  });
}
