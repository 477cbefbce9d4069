/**
 * The real engine's functions as DuckDB macros. `_timestamp` is a 64-bit integer of microseconds; functions of
 * time take either that or a timestamp, as the real ones do.
 */
const macros: Readonly<Record<string, string>> = {
  // A timestamp or integer microseconds, as microseconds. The branch not taken is folded away before it runs.
  "o2_micros(x)": `CASE WHEN typeof(x) LIKE 'TIMESTAMP%' OR typeof(x) = 'DATE' THEN epoch_us(TRY_CAST(x AS TIMESTAMP))
    WHEN typeof(x) = 'VARCHAR' THEN coalesce(TRY_CAST(x AS BIGINT), epoch_us(TRY_CAST(x AS TIMESTAMP)))
    ELSE TRY_CAST(x AS BIGINT) END`,
  // Bins begin at 2001-01-01, which is a Monday.
  "o2_bin(micros, width)": `make_timestamp(micros - ((micros - 978307200000000) % width + width) % width)`,
  "date_bin(width, x)": `o2_bin(o2_micros(x), epoch_us(width))`,
  "to_timestamp_micros(x)": `make_timestamp(o2_micros(x))`,
  "to_timestamp_millis(x)": `CASE WHEN typeof(x) LIKE '%INT%' THEN make_timestamp(o2_micros(x) * 1000) ELSE make_timestamp(o2_micros(x)) END`,
  "to_timestamp_seconds(x)": `CASE WHEN typeof(x) LIKE '%INT%' THEN make_timestamp(o2_micros(x) * 1000000) ELSE make_timestamp(o2_micros(x)) END`,
  "to_timestamp_nanos(x)": `CASE WHEN typeof(x) LIKE '%INT%' THEN make_timestamp(o2_micros(x) // 1000) ELSE make_timestamp(o2_micros(x)) END`,
  "to_timestamp(x)": `CASE WHEN typeof(x) LIKE '%INT%' THEN make_timestamp(o2_micros(x) * 1000000) ELSE make_timestamp(o2_micros(x)) END`,
  "to_unixtime(x)": `o2_micros(x) // 1000000`,
  "from_unixtime(x)": `make_timestamp(CAST(x AS BIGINT) * 1000000)`,
  "to_char(x, format)": `strftime(make_timestamp(o2_micros(x)), format)`,
  "to_date(x)": `CAST(make_timestamp(o2_micros(x)) AS DATE)`,
  "date_format(x, format, zone)": `strftime(timezone(zone, make_timestamp(o2_micros(x)) AT TIME ZONE 'UTC'), format)`,
  "time_range(x, since, until)": `o2_micros(x) >= o2_micros(since) AND o2_micros(x) < o2_micros(until)`,
  "approx_median(x)": `quantile_cont(CAST(x AS DOUBLE), 0.5)`,
  "str_match(field, text)": `contains(CAST(field AS VARCHAR), text)`,
  "str_match_ignore_case(field, text)": `contains(lower(CAST(field AS VARCHAR)), lower(text))`,
  "match_field(field, text)": `contains(CAST(field AS VARCHAR), text)`,
  "match_field_ignore_case(field, text)": `contains(lower(CAST(field AS VARCHAR)), lower(text))`,
  "re_match(field, pattern)": `regexp_matches(CAST(field AS VARCHAR), pattern)`,
  "re_not_match(field, pattern)": `NOT regexp_matches(CAST(field AS VARCHAR), pattern)`,
  // Some word of the text is within the given number of edits.
  "fuzzy_match(field, word, distance)": `coalesce(list_bool_or(list_transform(
    regexp_split_to_array(lower(CAST(field AS VARCHAR)), '[^a-z0-9]+'), lambda w: levenshtein(w, lower(word)) <= distance)), false)`,
  "nvl2(x, present, missing)": `CASE WHEN x IS NOT NULL THEN present ELSE missing END`,
  "nanvl(x, y)": `CASE WHEN isnan(x) THEN y ELSE x END`,
  "iszero(x)": `x = 0`,
  "to_hex(x)": `lower(printf('%x', CAST(x AS BIGINT)))`,
  "initcap(x)": `array_to_string(list_transform(string_split(x, ' '), lambda w: upper(w[1]) || lower(w[2:])), ' ')`,
  "regexp_match(x, pattern)": `CASE WHEN regexp_matches(x, pattern) THEN [regexp_extract(x, pattern)] END`,
  "regexp_count(x, pattern)": `len(regexp_extract_all(x, pattern))`,
  "arrow_typeof(x)": `CASE typeof(x) WHEN 'VARCHAR' THEN 'Utf8' WHEN 'BIGINT' THEN 'Int64' WHEN 'UBIGINT' THEN 'UInt64'
    WHEN 'DOUBLE' THEN 'Float64' WHEN 'BOOLEAN' THEN 'Boolean' ELSE typeof(x) END`,
  // Arrays are stored as JSON text.
  "cast_to_arr(x)": `CAST(json(x) AS VARCHAR[])`,
  "to_arr_string(x)": `CAST(to_json(x) AS VARCHAR)`,
  "arrcount(x)": `len(CAST(json(x) AS JSON[]))`,
  "arrsort(x)": `CAST(to_json(list_sort(CAST(json(x) AS VARCHAR[]))) AS VARCHAR)`,
  "arrzip(x, y, separator)": `CAST(to_json(list_transform(list_zip(CAST(json(x) AS VARCHAR[]), CAST(json(y) AS VARCHAR[])),
    lambda pair: pair[1] || separator || pair[2])) AS VARCHAR)`,
  "arrindex(x, first, last)": `CAST(to_json(CAST(json(x) AS VARCHAR[])[first + 1 : last + 1]) AS VARCHAR)`,
  "spath(x, path)": `json_extract_string(x, '$.' || path)`,
  "json_get_str(x, path)": `json_extract_string(x, path)`,
  "json_get_int(x, path)": `TRY_CAST(json_extract_string(x, path) AS BIGINT)`,
  "json_get_float(x, path)": `TRY_CAST(json_extract_string(x, path) AS DOUBLE)`,
  "json_get_bool(x, path)": `TRY_CAST(json_extract_string(x, path) AS BOOLEAN)`,
  "json_get_json(x, path)": `CAST(json_extract(x, path) AS VARCHAR)`,
  "json_get(x, path)": `CAST(json_extract(x, path) AS VARCHAR)`,
  "json_as_text(x, path)": `json_extract_string(x, path)`,
  "json_length(x)": `CASE json_type(x) WHEN 'OBJECT' THEN len(json_keys(x)) ELSE json_array_length(x) END`,
};

/** Statements that define all of them, to be run once when the database is opened. */
export const macroStatements: readonly string[] = Object.entries(macros).map(
  ([signature, body]) => `CREATE OR REPLACE MACRO ${signature} AS ${body}`,
);
