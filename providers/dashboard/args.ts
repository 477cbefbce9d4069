import { z } from "zod";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";
import { type Panel, panelSchema } from "./panel.js";
import { type DashboardVariable, dashboardVariableSchema } from "./variable.js";

export type * from "./panel.js";
export type * from "./variable.js";

/** A page of panels. */
export interface DashboardTab {
  /** Heading of the tab. */
  name: string;
  /** Stable id. Default: `default` for the first tab, the name in lower case with `-` for the others. */
  id?: string;
  panels: Panel[];
}

/** Time range that is shown when the dashboard opens. */
export type DashboardTimeRange =
  | {
      kind: "relative";
      /** The last so many seconds, minutes, hours, days, weeks or months: `15m`, `6h`, `7d`. */
      period: string;
    }
  | {
      kind: "absolute";
      /** Microseconds since 1970. */
      start: number;
      /** Microseconds since 1970. */
      end: number;
    };

export interface DashboardSpec extends TakeOver {
  /** Heading; with the folder it is how an existing dashboard is found. Changed in place. */
  title: string;
  /** Free text. Default empty. */
  description?: string;
  /** Id of the folder (`folder.folderId`). Default `default`. Moved in place. */
  folder?: string;
  /** At least one. Panels must not overlap, and their ids must be unique in the dashboard. */
  tabs: DashboardTab[];
  /** Choices at the top of the dashboard that queries name as `$name`. Default none. */
  variables?: DashboardVariable[];
  /** Offer ad-hoc filters. Default false. */
  showDynamicFilters?: boolean;
  /** Default the last 15 minutes. */
  timeRange?: DashboardTimeRange;
}

export type DashboardArgs = Inputs<DashboardSpec>;

export const dashboardTabSchema = z.strictObject({
  name: z.string().min(1),
  id: z.string().min(1).optional(),
  panels: z.array(panelSchema),
});

export const dashboardTimeRangeSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("relative"),
    period: z.string().regex(/^[1-9]\d*[smhdwM]$/, "must be a number and s, m, h, d, w or M: 15m"),
  }),
  z
    .strictObject({ kind: z.literal("absolute"), start: z.int().min(0), end: z.int().min(0) })
    .refine((range) => range.start < range.end, { path: ["end"], error: "must be after start" }),
]);

export const dashboardShape = z.strictObject({
  title: z.string().refine((title) => title.trim() !== "", "must not be empty"),
  description: z.string().default(""),
  folder: z.string().min(1).default("default"),
  tabs: z.array(dashboardTabSchema).min(1, "needs at least one tab"),
  variables: z.array(dashboardVariableSchema).default([]),
  showDynamicFilters: z.boolean().default(false),
  timeRange: dashboardTimeRangeSchema.default({ kind: "relative", period: "15m" }),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type DashboardInputs = z.output<typeof dashboardShape>;
