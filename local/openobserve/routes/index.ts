import type { Area } from "../server/route.js";
import { authenticationRoutes } from "./authentication.js";
import { configurationRoutes } from "./configuration.js";
import { functionRoutes } from "./functions.js";
import { healthRoutes } from "./health.js";
import { ingestRoutes } from "./ingest.js";
import { organizationRoutes } from "./organizations.js";
import { otlpRoutes } from "./otlp.js";
import { prometheusRoutes } from "./prometheus.js";
import { searchRoutes } from "./search.js";
import { streamRoutes } from "./streams.js";
import { tracesRoutes } from "./traces.js";

/** Every area of the API. */
export const areas: readonly Area[] = [
  healthRoutes,
  configurationRoutes,
  authenticationRoutes,
  organizationRoutes,
  streamRoutes,
  functionRoutes,
  ingestRoutes,
  searchRoutes,
  prometheusRoutes,
  otlpRoutes,
  tracesRoutes,
];
