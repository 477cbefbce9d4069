import { type AlertRecord, type TemplateRecord } from "../store/records.js";
import { type AlertRow } from "./rules.js";

/** What a notification is about, beside the alert itself. Times in microseconds. */
export interface Occasion {
  readonly organizationName: string;
  readonly rows: readonly AlertRow[];
  readonly windowStart: number | undefined;
  readonly windowEnd: number;
  readonly evaluatedAt: number;
  /** Address of the alert's data in the server's user interface. */
  readonly url: (start: number, end: number) => string;
}

const minute = 60_000_000;

/**
 * Fills a template: variables of the alert, then the rows, then the columns of the rows (all distinct values,
 * joined), then the context attributes. What is unknown stays as it is.
 */
export function renderTemplate(
  { body }: Pick<TemplateRecord, "body">,
  alert: AlertRecord,
  occasion: Occasion,
): string {
  const { rows, windowStart, windowEnd } = occasion;
  const columns = valuesByColumn(rows);
  const { start, end } = timesOf(columns, alert.trigger_condition.period, windowStart, windowEnd);
  const rendered = alert.row_template === "" ? [""] : rows.map((row) => renderRow(alert, row, occasion));
  let text = fill(body, {
    ...alertVariables(alert, occasion),
    alert_start_time: timeText(start),
    alert_end_time: timeText(end),
    alert_url: occasion.url(start, end),
    alert_trigger_time: String(occasion.evaluatedAt),
    alert_trigger_time_millis: String(Math.floor(occasion.evaluatedAt / 1_000)),
    alert_trigger_time_seconds: String(Math.floor(occasion.evaluatedAt / 1_000_000)),
    alert_trigger_time_str: timeText(occasion.evaluatedAt),
    alert_description: alert.description,
  });
  text = insertRows(text, rendered);
  for (const [name, values] of columns) text = insertVariable(text, name, [...values].join(", "));
  for (const [name, value] of Object.entries(alert.context_attributes ?? {}))
    text = insertVariable(text, name, value);
  return text;
}

function alertVariables(alert: AlertRecord, { organizationName, rows }: Occasion): Record<string, string> {
  const { trigger_condition: trigger, query_condition: query } = alert;
  return {
    org_name: organizationName,
    stream_type: alert.stream_type,
    stream_name: alert.stream_name,
    alert_name: alert.name,
    alert_type: alert.is_real_time ? "realtime" : "scheduled",
    alert_period: String(trigger.period),
    alert_operator: trigger.operator,
    alert_threshold: String(trigger.threshold),
    alert_count: String(rows.length),
    ...(query.promql_condition && {
      alert_promql_operator: query.promql_condition.operator,
      alert_promql_value: JSON.stringify(query.promql_condition.value),
    }),
  };
}

/** Plain replacement, without escaping: these values come from the alert, not from data. */
function fill(template: string, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).reduce(
    (text, [name, value]) => text.replaceAll(`{${name}}`, () => value),
    template,
  );
}

function renderRow(alert: AlertRecord, row: AlertRow, occasion: Occasion): unknown {
  let text = alert.row_template;
  for (const [name, value] of Object.entries(row)) text = insertVariable(text, name, valueText(value));
  const times = [row._timestamp, row.zo_sql_min_time, row.zo_sql_max_time]
    .map(Number)
    .filter((time) => time > 0);
  text = fill(text, {
    ...alertVariables(alert, occasion),
    alert_start_time: times.length > 0 ? timeText(Math.min(...times)) : "N/A",
    alert_end_time: times.length > 0 ? timeText(Math.max(...times)) : "N/A",
  });
  for (const [name, value] of Object.entries(alert.context_attributes ?? {}))
    text = insertVariable(text, name, value);
  if (alert.row_template_type !== "Json") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const valueText = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "bigint" ? value.toString() : JSON.stringify(value);

/** JSON rows in the place of a JSON value become an array; else the rows are joined by an escaped line break. */
function insertRows(text: string, rows: readonly unknown[]): string {
  const asValue = /(:\s*)"\{rows\}"(\s*[,}])/;
  if (asValue.test(text) && rows.every((row) => typeof row !== "string")) {
    return text.replaceAll('"{rows}"', () => JSON.stringify(rows));
  }
  const texts = rows.map((row) => escaped(typeof row === "string" ? row : JSON.stringify(row)));
  return text
    .replaceAll("{rows}", () => texts.join("\\n"))
    .replace(/\{rows:(\d+)\}/, (_, count: string) => texts.slice(0, Number(count)).join("\\n"));
}

/** `{name}`, or `{name:20}` for at most 20 characters. */
function insertVariable(text: string, name: string, value: string): string {
  if (text.includes(`{${name}}`)) return text.replaceAll(`{${name}}`, () => escaped(value));
  const start = text.indexOf(`{${name}:`);
  const length = start === -1 ? null : /^(\d+)\}/.exec(text.slice(start + name.length + 2));
  if (!length) return text;
  const pattern = text.slice(start, start + name.length + 2 + length[0].length);
  return text.replaceAll(pattern, () => escaped(value.slice(0, Number(length[1]))));
}

const escapes: Readonly<Record<string, string>> = {
  "'": "\\\\'",
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Values are escaped for a JSON text, which most templates are. */
const escaped = (value: string): string =>
  value.replace(/['"\\\n\r\t]/g, (character) => escapes[character] ?? character);

function valuesByColumn(rows: readonly AlertRow[]): Map<string, Set<string>> {
  const columns = new Map<string, Set<string>>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const values = columns.get(name) ?? new Set();
      columns.set(name, values.add(valueText(value)));
    }
  }
  return columns;
}

/** From the rows' own times where they have any; at least a minute long, for the address. */
function timesOf(
  columns: ReadonlyMap<string, ReadonlySet<string>>,
  period: number,
  windowStart: number | undefined,
  windowEnd: number,
): { start: number; end: number } {
  const numbers = (...names: string[]) =>
    names.flatMap((name) => [...(columns.get(name) ?? [])].map(Number)).filter((time) => time > 0);
  const firsts = numbers("_timestamp", "zo_sql_min_time");
  const lasts = numbers("_timestamp", "zo_sql_max_time");
  const end = lasts.length > 0 ? Math.max(...lasts) + minute : windowEnd;
  const fallback = windowStart ?? end - period * minute;
  const start = firsts.length > 0 ? Math.min(...firsts) : fallback;
  return { start: end - start < minute ? fallback : start, end };
}

const timeText = (micros: number): string =>
  micros > 0 ? new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19) : "N/A";
