import {
  derivedMetrics,
  type LogStreamRole,
  maskedText,
  phoneFieldRules,
  piiFields,
  piiMarker,
  streams,
  wholeMasked,
} from "@o2cqrs/contract";
import { maskPatterns, maskStatements, replaceStatements, vrlPattern, vrlString } from "./vrl.js";

/**
 * The programs of the masking pipeline, as text. None has a call that can fail, because a program that fails
 * lets its input through as it was.
 *
 * They run before the server flattens the record: nested values are still values, and personal data in a key
 * is still recognisable. Names of columns are then made as the server would make them.
 */

/** What is put in where a record says nothing. */
export interface RecordDefaults {
  readonly environment: string;
  readonly service: string;
  readonly region: string;
}

/** Column that holds the whole record until it is masked. */
const wrapper = "record";

/**
 * The first program: sets the marker to false and puts the record away under one key. Whatever the client
 * sent, under whatever spelling of the marker's name, can then not become the marker.
 */
export function guardProgram(): string {
  return `. = {${vrlString(wrapper)}: ., ${vrlString(piiMarker)}: false}\n.`;
}

/** Every way in which names of objects and keys flatten to a column: `user_email` is also `user.email`. */
function pathsOf(column: string): string[] {
  const words = column.split("_");
  return words.map((_, index) =>
    index === 0 ? column : `${words.slice(0, index).join("_")}.${words.slice(index).join("_")}`,
  );
}

/**
 * A personal field, at one of its paths. What is left there after masking by pattern must be one masked value
 * and nothing else; anything else, of whatever type, is masked whole.
 */
function namedField(path: string, kind: "email" | "phone"): string {
  const field = `masked.${path}`;
  const masked = vrlString(maskedText[kind]);
  const otherwise =
    kind === "email"
      ? `value = ${masked}`
      : `digits = replace(value, r'\\P{Nd}', "")
    value = if length(digits) > 4 { replace(digits, r'^\\p{Nd}*(\\p{Nd}{2})$', ${vrlString(`${maskedText.phone}$1`)}) } else { ${masked} }`;
  return `if exists(${field}) && !is_null(${field}) {
  value = to_string(${field}) ?? "?"
  if value != "" && !match(value, r'${wholeMasked[kind]}') {
    ${otherwise}
  }
  ${field} = value
}`;
}

/**
 * Fields whose names say that they hold a phone number, at any depth: there a number need not look like one, nor be
 * a text. Only JSON shows a name beside its value. If it could not be read back, the record would be quarantined.
 */
const phoneFieldStatements = `readable = true
json = encode_json(masked)
if ${phoneFieldRules.map(({ pattern }) => `match(json, ${vrlPattern(pattern)})`).join(" || ")} {
${replaceStatements("json", phoneFieldRules, "  ")}
  reread = parse_json(json) ?? null
  readable = is_object(reread)
  masked = object(reread) ?? {}
}`;

/** A dimension that people write in several ways: trimmed, lower-case, never missing. */
const dimension = (name: string, fallback: string): string =>
  `text = strip_whitespace(downcase(to_string(masked.${name}) ?? ""))
masked.${name} = if text == "" { ${vrlString(fallback)} } else { text }`;

/** Names by which the same environment is known. */
const environmentAliases: Readonly<Record<string, string>> = {
  production: "prod",
  development: "dev",
  stage: "staging",
};

/** ISO 8601 in UTC with milliseconds, from text or from seconds, milliseconds, microseconds or nanoseconds. */
const timestampStatements = `time = now()
given = if exists(masked.timestamp) && !is_null(masked.timestamp) { masked.timestamp } else { masked._timestamp }
if is_string(given) {
  text = string(given) ?? ""
  time = parse_timestamp(text, "%+") ?? parse_timestamp(text + "Z", "%+") ?? time
} else {
  number = to_int(given) ?? 0
  if number == 0 {
    time = now()
  } else if number < 100000000000 {
    time = from_unix_timestamp(number, unit: "seconds") ?? time
  } else if number < 100000000000000 {
    time = from_unix_timestamp(number, unit: "milliseconds") ?? time
  } else if number < 100000000000000000 {
    time = from_unix_timestamp(number, unit: "microseconds") ?? time
  } else {
    time = from_unix_timestamp(number, unit: "nanoseconds") ?? time
  }
}
masked.timestamp = format_timestamp(time, "%Y-%m-%dT%H:%M:%S%.3fZ") ?? ""`;

/**
 * The second program: masks every key and every text at any depth, then the personal fields by name, and
 * normalises the time and the dimensions. Its last statements set the marker. One function serves every log
 * stream, as the personal fields of the contract may stand in any of them.
 */
export function maskingProgram(defaults: RecordDefaults): string {
  const named = piiFields.flatMap(({ columnName, pii }) =>
    pii === "freeText" ? [] : pathsOf(columnName).map((path) => namedField(path, pii)),
  );
  const aliases = Object.entries(environmentAliases).map(
    ([alias, name]) => `if masked.env == ${vrlString(alias)} { masked.env = ${vrlString(name)} }`,
  );
  return `# Masks personal data, and normalises time, environment, service and region.
masked = object(.${wrapper}) ?? {}
${maskPatterns}
masked = map_keys(masked, recursive: true) -> |key| {
${maskStatements("key", "  ")}
  replace(downcase(key), r'[\\x00-\\x2f\\x3a-\\x5e\\x60\\x7b-\\x7f]', "_")
}
masked = map_values(masked, recursive: true) -> |value| {
  if is_string(value) {
    text = string(value) ?? ""
${maskStatements("text", "    ")}
    text
  } else {
    value
  }
}
${phoneFieldStatements}
${named.join("\n")}
${timestampStatements}
${dimension("env", defaults.environment)}
${aliases.join("\n")}
${dimension("service", defaults.service)}
${dimension("region", defaults.region)}
masked.${piiMarker} = readable
. = masked
.`;
}

/** An id that cannot be personal: a UUID. */
const uuid = "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";

/**
 * The program of the quarantine branch: the whole record becomes facts that are not personal. It runs on the
 * flattened record, so the id is looked for in the column that the guard's wrapping leads to.
 */
export function quarantineProgram(role: LogStreamRole): string {
  return `id = to_string(.${wrapper}_recordid) ?? ""
if !match(id, r'${uuid}') { id = "" }
. = {
  "stream": ${vrlString(streams[role].name)},
  "reason": "masking did not finish",
  "quarantined_at": format_timestamp(now(), "%Y-%m-%dT%H:%M:%S%.3fZ") ?? "",
  "record_id": id
}
.`;
}

/** The program that turns a row of counted records into a record of the metrics stream. */
export function metricProgram(): string {
  const known = Object.values(derivedMetrics).map(vrlString).join(", ");
  return `name = to_string(.metric_name) ?? ""
if !includes([${known}], name) { name = ${vrlString(derivedMetrics.errors)} }
count = to_int(.metric_value) ?? 0
. = {
  "_timestamp": ._timestamp,
  "__name__": ${vrlString(streams.metrics.storedName)},
  "__type__": "gauge",
  "metric_name": name,
  "metric_value": to_string(count),
  "value": to_float(count),
  "bus": to_string(.bus) ?? "",
  "type": to_string(.type) ?? "",
  "service": to_string(.service) ?? "",
  "env": to_string(.env) ?? ""
}
.`;
}
