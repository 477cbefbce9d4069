/**
 * Stream and field names as the server stores them.
 *
 * The server rewrites names silently on create, ingest and settings, but SQL, alerts, pipelines and DELETE
 * want the rewritten form. This file is the only place that knows how.
 */

/**
 * Rewrites a stream name as the server does: each run of characters outside `[a-zA-Z0-9_:]` becomes one `_`,
 * upper case becomes lower case. `cqrs-commands` is stored as `cqrs_commands`. Rewriting twice changes nothing.
 */
export function rewriteStreamName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]+/g, "_").toLowerCase();
}

/**
 * Rewrites a field name to the column that holds it: everything outside `[a-zA-Z0-9_]` becomes `_`, upper
 * case becomes lower case. `traceId` is stored as `traceid`, `user.email` as `user_email`.
 */
export function rewriteFieldName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/gu, "_").toLowerCase();
}
