import { type DuckDBListValue } from "@duckdb/node-api";
import { type ServerContext } from "../context.js";
import { quoted } from "../data/database.js";
import { type StreamKey } from "../data/store.js";
import {
  type Anchoring,
  type Expr,
  type Labels,
  type Matcher,
  matcherFor,
  metricName,
  type Selection,
  selectionsOf,
  type Series,
  type SeriesSource,
  type TimeRange,
} from "../promql/index.js";

/** Columns of a metric's stream that are no labels. */
const notLabels = new Set(["_timestamp", "value", "__hash__", "exemplars"]);

export const anchoringOf = ({ version }: ServerContext): Anchoring =>
  version.promql.anchorsWithoutGroup ? "bare" : "group";

/** Fetches all that an expression needs to be evaluated over a range of times (milliseconds). */
export async function sourceFor(
  context: ServerContext,
  organization: string,
  expr: Expr,
  range: TimeRange,
): Promise<SeriesSource> {
  const selections = [...new Set(selectionsOf(expr, range).values())];
  const fetched = new Map(
    await Promise.all(
      selections.map(
        async (selection) => [idOf(selection), await fetchSeries(context, organization, selection)] as const,
      ),
    ),
  );
  return { select: (selection) => fetched.get(idOf(selection)) ?? [] };
}

const idOf = ({ matchers, from, to }: Selection) => JSON.stringify([matchers, from, to]);

/** The metric streams that the matchers on the name leave. */
export function metricStreams(
  { data }: ServerContext,
  organization: string,
  matchers: readonly Matcher[],
  anchoring: Anchoring,
): StreamKey[] {
  const named = matchers.filter(({ label }) => label === metricName);
  const exact = named.find(({ operator }) => operator === "=");
  const streams = exact
    ? [{ organization, type: "metrics", name: exact.value } as const].filter(
        (key) => data.columns(key) !== undefined,
      )
    : data.streams(organization).filter(({ type }) => type === "metrics");
  const meets = matcherFor(named, anchoring);
  return streams.filter(({ name }) => meets({ [metricName]: name }));
}

/** Every series that meets the matchers, with its samples of the time range in order. */
export async function fetchSeries(
  context: ServerContext,
  organization: string,
  { matchers, from, to }: Selection,
): Promise<Series[]> {
  const anchoring = anchoringOf(context);
  const meets = matcherFor(matchers, anchoring);
  const streams = metricStreams(context, organization, matchers, anchoring);
  const range = { from: Math.ceil(from * 1000), to: Math.floor(to * 1000) };
  const lists = await Promise.all(streams.map((key) => readStream(context, key, matchers, range)));
  return lists.flat().filter(({ labels }) => meets(labels));
}

export const labelColumns = ({ data }: ServerContext, key: StreamKey): string[] =>
  (data.columns(key) ?? []).map(({ name }) => name).filter((name) => !notLabels.has(name));

/** One row a series: the database gathers the samples, which is far less to carry over than a row a sample. */
async function readStream(
  context: ServerContext,
  key: StreamKey,
  matchers: readonly Matcher[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Series[]> {
  const columns = context.data.columns(key) ?? [];
  const table = context.data.tableOf(key);
  if (table === undefined || !columns.some(({ name }) => name === "value")) return [];
  const labels = labelColumns(context, key);
  const casts = labels.map((name) => `CAST(${quoted(name)} AS VARCHAR) AS ${quoted(name)}`);
  const known = new Set(labels);
  const equal = matchers
    .filter(
      ({ label, operator, value }) =>
        operator === "=" && value !== "" && known.has(label) && label !== metricName,
    )
    .map(({ label, value }) => `CAST(${quoted(label)} AS VARCHAR) = '${value.replaceAll("'", "''")}'`);
  const where = [`_timestamp BETWEEN ${from} AND ${to}`, "value IS NOT NULL", ...equal].join(" AND ");
  const { rows } = await context.data.query(
    `SELECT list(_timestamp ORDER BY _timestamp), list(value ORDER BY _timestamp)${casts.map((cast) => `, ${cast}`).join("")}
     FROM ${table} WHERE ${where} GROUP BY ALL ORDER BY ALL`,
  );
  return rows.map(([times, values, ...texts]) => ({
    labels: labelsOf(key.name, labels, texts),
    times: (times as DuckDBListValue).items.map((micros) => Number(micros) / 1000),
    values: (values as DuckDBListValue).items.map(Number),
  }));
}

function labelsOf(stream: string, names: readonly string[], texts: readonly unknown[]): Labels {
  const labels: Record<string, string> = { [metricName]: stream };
  names.forEach((name, index) => {
    const text = texts[index];
    if (typeof text === "string") labels[name] = text;
  });
  return labels;
}
