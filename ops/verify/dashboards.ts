import { dashboards as declared, folders } from "@o2cqrs/contract";
import { z } from "zod";
import { type OpenObserve } from "@o2cqrs/providers/client";
import { type TimeWindow } from "./context.js";

const querySchema = z.looseObject({
  query: z.string().nullish(),
  fields: z.looseObject({ stream_type: z.string().nullish() }).nullish(),
});

const contentSchema = z.looseObject({
  title: z.string(),
  tabs: z
    .array(
      z.looseObject({
        panels: z
          .array(
            z.looseObject({
              title: z.string().default(""),
              queryType: z.string().nullish(),
              queries: z.array(querySchema).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
  variables: z
    .looseObject({
      list: z
        .array(
          z.looseObject({
            name: z.string(),
            value: z.unknown().optional(),
            query_data: z
              .looseObject({ stream: z.string(), stream_type: z.string(), field: z.string() })
              .nullish(),
          }),
        )
        .default([]),
    })
    .nullish(),
  defaultDatetimeDuration: z.looseObject({ type: z.string() }).nullish(),
});

/** A dashboard as far as checks read it. */
export type DashboardContent = z.output<typeof contentSchema>;

export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly language: "sql" | "promql";
  readonly streamType: "logs" | "metrics" | "traces";
  readonly text: string;
}

/** The contract's dashboards as the server holds them; one that is not there is missing from the map. */
export async function readDashboards(server: OpenObserve): Promise<Map<string, DashboardContent>> {
  const folder = await server.folders.getByName("dashboards", folders.dashboards.name);
  if (folder === undefined) return new Map();
  const titles = new Set<string>(Object.values(declared).map(({ title }) => title));
  const found = await server.dashboards.list(folder.folderId);
  return new Map(
    found
      .filter(({ content }) => titles.has(content.title))
      .map(({ content }) => [content.title, contentSchema.parse(content)]),
  );
}

/** Every query of a dashboard, with the values that its variables have now. */
export async function panelQueries(
  server: OpenObserve,
  content: DashboardContent,
  window: TimeWindow,
): Promise<PanelQuery[]> {
  const values = await variableValues(server, content, window);
  return content.tabs.flatMap(({ panels }) =>
    panels.flatMap((panel) =>
      panel.queries.flatMap(({ query, fields }) => {
        if (query === undefined || query === null || query === "") return [];
        const language = panel.queryType === "promql" ? ("promql" as const) : ("sql" as const);
        const streamType = z.enum(["logs", "metrics", "traces"]).catch("logs").parse(fields?.stream_type);
        return [
          { dashboard: content.title, panel: panel.title, language, streamType, text: fillIn(query, values) },
        ];
      }),
    ),
  );
}

/** What the user interface fills in by itself, and the values that a reader would first see. */
async function variableValues(
  server: OpenObserve,
  content: DashboardContent,
  window: TimeWindow,
): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(
    (content.variables?.list ?? []).map(async ({ name, value, query_data: source }) => {
      if (source === undefined || source === null)
        return [name, typeof value === "string" ? value : ""] as const;
      const type = z.enum(["logs", "metrics", "traces"]).catch("logs").parse(source.stream_type);
      const sql = `SELECT DISTINCT ${source.field} AS choice FROM "${source.stream}" WHERE ${source.field} IS NOT NULL LIMIT 1`;
      const { rows } = await server.telemetry.search(sql, { ...window, type });
      const choice = rows[0]?.choice;
      return [name, typeof choice === "string" ? choice : ""] as const;
    }),
  );
  return { __interval: "1m", __rate_interval: "4m", __range: "15m", ...Object.fromEntries(entries) };
}

/** `$name`, `${name}` and `${name:csv}`; longer names first, so that `$type` does not eat `$type_of`. */
function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{([A-Za-z_]\w*)(?::\w+)?\}|\$([A-Za-z_]\w*)/g,
    (whole, braced?: string, bare?: string) => {
      return values[braced ?? bare ?? ""] ?? whole;
    },
  );
}

/** Runs a panel's query; throws what the server answers. */
export async function runPanelQuery(
  server: OpenObserve,
  { language, text, streamType }: PanelQuery,
  { start, end }: TimeWindow,
): Promise<void> {
  if (language === "sql") {
    await server.telemetry.search(text, { start, end, type: streamType, size: 100 });
    return;
  }
  const stepSeconds = Math.max(15, Math.ceil((end - start) / 1_000_000 / 200));
  await server.telemetry.promqlRange(text, {
    start: new Date(start / 1000),
    end: new Date(end / 1000),
    stepSeconds,
  });
}
