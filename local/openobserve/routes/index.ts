import type { Area } from "../server/route.js";
import { valueRoutes } from "./values.js";
import { userRoutes } from "./users.js";
import { templateRoutes } from "./templates.js";
import { serviceAccountRoutes } from "./service-accounts.js";
import { savedViewRoutes } from "./saved-views.js";
import { pipelineRoutes } from "./pipelines.js";
import { notHereRoutes } from "./not-here.js";
import { enrichmentTableRoutes } from "./enrichment-tables.js";
import { folderRoutes } from "./folders.js";
import { destinationRoutes } from "./destinations.js";
import { dashboardRoutes } from "./dashboards.js";
import { alertRoutes } from "./alerts.js";
import { annotationRoutes } from "./annotations.js";
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
  alertRoutes,
  annotationRoutes,
  dashboardRoutes,
  destinationRoutes,
  folderRoutes,
  enrichmentTableRoutes,
  notHereRoutes,
  pipelineRoutes,
  savedViewRoutes,
  serviceAccountRoutes,
  templateRoutes,
  userRoutes,
  valueRoutes,
];
