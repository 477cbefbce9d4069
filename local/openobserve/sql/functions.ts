/**
 * Which functions the search knows. The names are those of the real server's engine; how each is run is either
 * by DuckDB's function of the same name, by a macro of `macros.ts`, or by one of another name.
 */

/** Same name, same meaning. */
const same = `
  count sum avg min max median stddev stddev_pop stddev_samp var_pop var_samp array_agg string_agg bool_and bool_or
  bit_and bit_or bit_xor corr covar_pop covar_samp regr_slope regr_intercept regr_count regr_r2 regr_avgx regr_avgy
  regr_sxx regr_syy regr_sxy grouping
  abs acos acosh asin asinh atan atan2 atanh cbrt ceil cos cosh cot degrees exp factorial floor gcd isnan lcm ln log
  log10 log2 pi pow power radians random round sin sinh sqrt tan tanh trunc
  coalesce nullif greatest least
  ascii bit_length chr concat concat_ws contains ends_with instr left length levenshtein lower lpad ltrim octet_length
  regexp_replace position repeat replace reverse right rpad rtrim split_part starts_with strpos substr substring translate trim upper
  md5 sha256
  current_date now date_part date_trunc make_date
  array_append array_contains array_has array_has_any array_has_all array_length array_position array_prepend
  array_reverse array_slice array_sort array_to_string cardinality flatten list_sort string_to_array unnest
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
`;

/** Another name for the same. */
const renamed: Readonly<Record<string, string>> = {
  mean: "avg",
  var: "var_samp",
  var_sample: "var_samp",
  covar: "covar_samp",
  character_length: "length",
  char_length: "length",
  btrim: "trim",
  uuid: "gen_random_uuid",
  signum: "sign",
  datepart: "date_part",
  datetrunc: "date_trunc",
  today: "current_date",
  current_timestamp: "now",
  make_array: "list_value",
  array_distinct: "list_distinct",
  array_element: "list_extract",
  array_extract: "list_extract",
  array_join: "array_to_string",
  list_to_string: "array_to_string",
  list_has: "list_contains",
  array_max: "list_max",
  array_min: "list_min",
  array_concat: "list_concat",
  arrjoin: "array_to_string",
  approx_distinct: "approx_count_distinct",
  regexp_like: "regexp_matches",
  re_matches: "regexp_matches",
  // DuckDB's parser makes this of `~`, which matches anywhere in the text here.
  regexp_full_match: "regexp_matches",
};

/** Defined in `macros.ts` or expanded in `rewrite.ts`. */
const defined = `
  histogram approx_percentile_cont approx_median percentile_cont
  match_all match_all_raw match_all_raw_ignore_case fuzzy_match fuzzy_match_all str_match str_match_ignore_case
  match_field match_field_ignore_case re_match re_not_match
  to_timestamp to_timestamp_seconds to_timestamp_millis to_timestamp_micros to_timestamp_nanos to_unixtime from_unixtime
  to_char to_date date_format date_bin time_range
  nvl ifnull nvl2 nanvl iszero to_hex initcap regexp_match regexp_count arrow_cast arrow_typeof
  cast_to_arr to_arr_string arrcount arrindex arrsort arrzip spath
  json_get json_get_str json_get_int json_get_float json_get_bool json_get_json json_contains json_length json_as_text
`;

/** What DuckDB's parser itself puts into the tree for syntax that is no function call. */
const fromParser = `
  count_star quantile_cont quantile_disc list_value list_extract array_extract struct_pack row to_years to_months to_days
  to_hours to_minutes to_seconds to_milliseconds to_microseconds to_weeks like_escape ilike_escape not_like_escape
  not_ilike_escape list_contains ~~ ~~* !~~ !~~* ~~~ || not mode get_current_timestamp
`;

/** Functions of the real engine that the stand-in does not have; asked for, they are refused as unsupported. */
const missing = `
  approx_percentile_cont_with_weight approx_topk approx_topk_distinct summary_percentile find_in_set overlay substr_index
  to_local_time current_time sha224 sha384 sha512 digest encode decode encrypt decrypt array_except array_intersect
  array_union array_remove array_replace array_repeat array_resize array_dims array_ndims array_pop_back array_pop_front
  map map_keys map_values named_struct struct union_extract get_field match_all_hash
`;

const words = (text: string) => text.trim().split(/\s+/);

const known = new Set([...words(same), ...Object.keys(renamed), ...words(defined), ...words(fromParser)]);
const unsupported = new Set(words(missing));
const engineNames = [...words(same), ...Object.keys(renamed), ...words(defined), ...words(missing)];

export type FunctionKnowledge = "known" | "unsupported" | "unknown";

export function knowledgeOf(name: string): FunctionKnowledge {
  if (known.has(name) || /^\W+$/.test(name)) return "known";
  return unsupported.has(name) ? "unsupported" : "unknown";
}

/** DuckDB's name for a function that is only called differently. */
export const duckName = (name: string): string => renamed[name] ?? name;

/** The known name that takes the fewest edits, which the server offers in its error. */
export function closestName(name: string): string {
  let best = "";
  let fewest = Infinity;
  for (const candidate of [...engineNames].sort()) {
    const edits = editDistance(name, candidate);
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
