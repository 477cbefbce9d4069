import { type DashboardId, dashboards, folders, streams } from "@o2cqrs/contract";
import type { DrillDown } from "@o2cqrs/providers";

const clicked = (column: string) => `\${row.field["${column}"]}`;

/** From a type or a handler to the same dashboard, narrowed to it. */
export function narrowTo(id: DashboardId, tab: string, choice: "type" | "handler"): DrillDown {
  return {
    kind: "dashboard",
    name: `Only this ${choice}`,
    folder: folders.dashboards.name,
    dashboard: dashboards[id].title,
    tab,
    variables: [{ name: choice, value: clicked(choice) }],
  };
}

/** From a handler to its records. The user interface puts a clicked text into the query in quotes of its own. */
export function recordsOf(storedName: string): DrillDown {
  return {
    kind: "logs",
    name: "Records",
    newTab: true,
    sql: `SELECT * FROM "${storedName}" WHERE handler = ${clicked("handler")} ORDER BY _timestamp DESC`,
  };
}

/** From a record to its trace. The range is in milliseconds where a click is handled; a trace is asked for in microseconds. */
export const traceOfRecord: DrillDown = {
  kind: "url",
  name: "Trace",
  newTab: true,
  url:
    `/web/traces/trace-details?stream=${streams.traces.storedName}&trace_id=${clicked("traceid")}` +
    "&from=${start_time}000&to=${end_time}000",
};
