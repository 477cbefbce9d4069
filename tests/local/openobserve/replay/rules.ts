import { isDeepStrictEqual } from "node:util";

import type { ServerVersion } from "../../../../local/openobserve/versions.js";

/**
 * What may differ between a recorded answer and that of the server under test, and why. Everything else has to be
 * equal: every key, every value, every character of a text.
 */
export interface Rule {
  readonly why: string;
  /** Keys whose values are replaced by a placeholder. */
  readonly keys: readonly string[];
}

export const rules: readonly Rule[] = [
  {
    why: "the moment of creation",
    keys: [
      "created_at",
      "created",
      "index_updated_at",
      "added_ts",
      "_timestamp",
      "new_start_time",
      "new_end_time",
    ],
  },
  { why: "a hash of a series' labels, of which only the equality means something", keys: ["__hash__"] },
  {
    why: "when a scheduled evaluation happened to run, or whether it already had",
    keys: ["last_triggered_at", "last_satisfied_at", "paused_at"],
  },
  {
    why: "measurements of the machine",
    keys: [
      "took",
      "took_detail",
      "peak_memory_usage",
      "cached_ratio",
      "scan_size",
      "idx_scan_size",
      "scan_records",
      "doc_num",
      "doc_time_min",
      "doc_time_max",
      "file_num",
      "storage_size",
      "compressed_size",
      "index_size",
    ],
  },
  { why: "the identity of the server itself", keys: ["instance", "web_url"] },
];

const placeholders = new Map(rules.flatMap(({ keys }) => keys.map((key) => [key, `<${key}>`] as const)));

/**
 * Lists that come out of a hash map, or are sorted by ids that are random within a second. The series of PromQL are
 * ordered by the hash of their labels.
 */
const unorderedLists = /\/(functions|organizations|kv|savedviews|prometheus\/api\/v1\/query)$/;

export interface Scope {
  /** Of the request. */
  readonly path: string;
  readonly version: ServerVersion;
}

/** Applies the rules to one side. */
export function normalise(value: unknown, scope: Scope, parent = ""): unknown {
  if (Array.isArray(value)) return value.map((each) => normalise(each, scope, parent));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      if (isMeaningless(key, each, scope, parent)) return [];
      const placeholder = placeholders.get(key);
      if (placeholder !== undefined) return [[key, hides(key, each) ? placeholder : each]];
      if (key === "trace_id" && identifiesRequest(value)) return [[key, "<trace_id>"]];
      const inner = normalise(each, scope, key);
      return [[key, isUnordered(key, scope) && Array.isArray(inner) ? sorted(inner) : inner]];
    }),
  );
}

/** A creation time of 0 is the server's way to say that it does not tell; that has to be equal. */
const hides = (key: string, value: unknown): boolean =>
  !(["created_at", "index_updated_at"].includes(key) && value === 0);

/** The trace of the request itself, as opposed to one that was ingested. */
const identifiesRequest = (answer: object): boolean =>
  ["took", "error_detail", "partitions", "status"].some((key) => key in answer);

/** Left out: the number of an organisation is its place in an unordered map; edge ids of 0.90 see `why`. */
function isMeaningless(key: string, value: unknown, { path, version }: Scope, parent: string): boolean {
  if (key !== "id") return false;
  const ofOrganization = typeof value === "number" && path.endsWith("/organizations");
  // The recorder of 0.90 took ids of edges for ids of objects and translated them in its requests.
  return ofOrganization || (version === "0.90" && parent === "edges");
}

const isUnordered = (key: string, { path }: Scope): boolean =>
  ["list", "data", "views", "result"].includes(key) && unorderedLists.test(path);

const sorted = (items: readonly unknown[]): unknown[] =>
  [...items].sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));

/** A place where the two sides differ. */
export interface Difference {
  readonly at: string;
  readonly recorded: unknown;
  readonly actual: unknown;
}

/** Compares two normalised answers; `<redacted>` stands for any secret. */
export function differences(recorded: unknown, actual: unknown, at = ""): Difference[] {
  if (recorded === "<redacted>" && typeof actual === "string" && actual !== "") return [];
  if (Array.isArray(recorded) && Array.isArray(actual)) {
    const length = Math.max(recorded.length, actual.length);
    return Array.from({ length }, (_, index) =>
      differences(recorded[index], actual[index], `${at}[${index}]`),
    ).flat();
  }
  if (isObject(recorded) && isObject(actual)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => differences(recorded[key], actual[key], `${at}.${key}`));
  }
  return isDeepStrictEqual(recorded, actual) ? [] : [{ at, recorded, actual }];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
