import type { ServerContext } from "../context.js";
import { ensureOrganization, organization } from "../organizations/registry.js";
import type { Match } from "./router.js";
import { ReplyError, text } from "./reply.js";

/** Paths that need no credentials. */
const open = new Set(["/healthz", "/schedulez", "/config", "/auth/login", "/api-doc/openapi.json"]);

export const needsAuthentication = (path: string): boolean => !open.has(path);

const ingestEnds = [
  "/_json",
  "/_multi",
  "/_bulk",
  "/_hec",
  "/v1/logs",
  "/v1/metrics",
  "/v1/traces",
  "/traces",
  "/loki/api/v1/push",
  "/prometheus/api/v1/write",
];

/** Known by the end of the path alone, so that a wrong OTLP path counts as ingest too. */
export const isIngest = (method: string, path: string): boolean =>
  method === "POST" && ingestEnds.some((end) => path.endsWith(end));

/** The organisation that a path belongs to, "" for none. */
export function organizationOf(match: Match, path: string, { version }: ServerContext): string {
  if (match.kind === "found") return match.parameters.org ?? "";
  const segments = path.split("/").slice(1);
  if (match.kind === "wrong method") {
    const named = segments[1] === "v2" ? segments[2] : segments[1];
    return segments[0] === "api" ? (named ?? "") : "";
  }
  const afterApi = version.unknownPathOrganization === "after api" && segments[0] === "api";
  return segments[afterApi ? 1 : 0] ?? "";
}

/**
 * Unknown organisations are made by ingest and refused elsewhere. This happens before the path is looked up,
 * so a wrong OTLP path leaves an organisation behind.
 * @throws ReplyError 404
 */
export async function checkOrganization(
  identifier: string,
  ingest: boolean,
  context: ServerContext,
): Promise<void> {
  if (identifier === "" || organization(context, identifier)) return;
  if (!ingest) throw new ReplyError(text(404, "Organization not found"));
  await ensureOrganization(context, identifier);
}
