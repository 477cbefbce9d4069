import { json, message, unsupported } from "../server/reply.js";
import { type Area, get, type Method, post, type Route } from "../server/route.js";

/**
 * What the open-source server refuses, and what it has and the stand-in does not: the second answers 501 and
 * names the feature. What both do not know at all stays 404.
 */
export const notHereRoutes: Area = () => [
  get("/api/:org/reports", () => json(200, [])),
  ...["/api/:org/roles", "/api/:org/groups"].flatMap((path) =>
    [get, post].map((method) => method(path, () => message(403, "Not Supported"))),
  ),
  ...missingRoutes.map(([method, path, feature]): Route => ({
    method,
    path,
    handler: () => {
      throw unsupported(feature);
    },
  })),
];

/** Listed in `docs/architecture.md`: nothing of this project asks for any of them. */
export const missingRoutes: readonly (readonly [method: Method, path: string, feature: string])[] = [
  ["POST", "/api/:org/reports", "reports"],
  ["POST", "/api/:org/pipelines/:id/backfill", "backfilling pipelines"],
  ["DELETE", "/api/:org/streams/:name/data_by_time_range", "deleting rows by time"],
  ["PUT", "/api/:org/dashboards/:id/annotations/:annotation", "changing annotations"],
  ["DELETE", "/api/:org/dashboards/:id/annotations/panels/:annotation", "annotations of single panels"],
  ["POST", "/api/:org/search_jobs", "search jobs"],
  ["GET", "/api/:org/search_jobs", "search jobs"],
  ["PUT", "/api/:org/rumtoken", "RUM tokens"],
  ["GET", "/api/:org/rumtoken", "RUM tokens"],
  ["POST", "/api/:org/slos", "service-level objectives"],
  ["POST", "/api/:org/ingestion-tokens", "ingestion tokens"],
];
