/**
 * Which paths of the server are for sending telemetry. Everything else is management or search.
 *
 * Each is a regular expression that nginx (PCRE) and JavaScript read alike, without anchors.
 */
const organization = "/api/[^/]+";

export const ingestPaths = {
  otlp: `${organization}/v1/(?:logs|metrics|traces)`,
  records: `${organization}/[^/]+/_(?:json|multi)`,
  bulk: `${organization}/_bulk`,
  remoteWrite: `${organization}/prometheus/api/v1/write`,
} as const;

/** One expression for all of them, anchored at both ends. */
export const ingestPath = `^(?:${Object.values(ingestPaths).join("|")})$`;

/** OTLP paths without an organisation, as exporters with one base address write them. */
export const shortOtlpPath = "^/otlp/v1/(logs|metrics|traces)$";

/** The server's own metrics and node controls, for the inside only. */
export const internalPath = "^/(?:metrics|api/metrics|node(?:/.*)?|debug(?:/.*)?)$";
