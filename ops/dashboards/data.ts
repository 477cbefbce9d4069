import { type Panel, type PromqlQuery, type SqlQuery } from "@o2cqrs/providers";
import { type OpenObserve, type PromqlResult, type Row } from "@o2cqrs/providers/client";
import { messageOf } from "../cli/errors.js";
import { type TimeWindow } from "../verify/context.js";

/** A panel that is drawn from queries. */
export type ChartPanel = Extract<Panel, { queries: unknown }>;

/** A panel that shows a text. */
export type TextPanel = Exclude<Panel, ChartPanel>;

export interface NamedSeries {
  readonly name: string;
  /** Milliseconds since 1970, and the value. */
  readonly points: readonly (readonly [number, number])[];
}

/** What the queries of a panel answered. */
export type PanelData =
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  | { readonly kind: "series"; readonly series: readonly NamedSeries[] }
  | { readonly kind: "error"; readonly message: string };

/** Steps of a series over its range, as many as a picture can show. */
const steps = 120;

/** Runs the queries of a panel; what the server refuses is the data, so that the rest is drawn. */
export async function panelData(
  server: OpenObserve,
  panel: ChartPanel,
  { window, values, signal }: PanelQueryOptions,
): Promise<PanelData> {
  try {
    const promql = panel.queries.filter((query): query is PromqlQuery => query.kind === "promql");
    if (promql.length > 0) {
      const answers = await Promise.all(
        promql.map(async (query) =>
          seriesOf(
            query,
            await server.telemetry.promqlRange(fillIn(query.promql, values), {
              start: new Date(window.start / 1000),
              end: new Date(window.end / 1000),
              stepSeconds: Math.max(15, Math.ceil((window.end - window.start) / 1e6 / steps)),
              signal,
            }),
          ),
        ),
      );
      return { kind: "series", series: answers.flat() };
    }
    const sql = panel.queries.filter((query): query is SqlQuery => query.kind === "sql");
    const answers = await Promise.all(
      sql.map(({ sql: text, streamType = "logs" }) =>
        server.telemetry.search(fillIn(text, values), { ...window, type: searchable(streamType), signal }),
      ),
    );
    return { kind: "rows", rows: answers.flatMap(({ rows }) => rows) };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "error", message: messageOf(error) };
  }
}

export interface PanelQueryOptions {
  readonly window: TimeWindow;
  /** Of the dashboard's variables, by name. */
  readonly values: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const searchable = (type: string) => (type === "metrics" || type === "traces" ? type : "logs");

/** `$name`, `${name}` and `${name:csv}`, whole names only; one that has no value stays. */
export const fillIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(
    /\$\{([A-Za-z_]\w*)(?::\w+)?\}|\$([A-Za-z_]\w*)/g,
    (whole, braced?: string, bare?: string) => values[braced ?? bare ?? ""] ?? whole,
  );

function seriesOf({ legend = "" }: PromqlQuery, answer: PromqlResult): NamedSeries[] {
  if (answer.resultType !== "matrix") return [];
  return answer.result.map(({ metric, values }) => ({
    name: nameOf(metric, legend),
    points: values.flatMap(([seconds, text]) => {
      const value = Number(text);
      return Number.isFinite(value) ? [[seconds * 1000, value] as const] : [];
    }),
  }));
}

/** The legend with labels filled in; all labels where it is empty. */
function nameOf(labels: Readonly<Record<string, string>>, legend: string): string {
  if (legend !== "") return legend.replace(/\{(\w+)\}/g, (_, label: string) => labels[label] ?? "none");
  const all = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `{${all.join(", ")}}`;
}
