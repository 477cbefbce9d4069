import type { ServerContext } from "../context.js";
import { organization, organizations, saveOrganization } from "../organizations/registry.js";
import { anything, record, string, struct } from "../serde/decoder.js";
import { failure, json, type Reply } from "../server/reply.js";
import { type Area, get, post, put, type ServerRequest } from "../server/route.js";
import type { OrganizationRecord } from "../store/records.js";

/** Organisations: names may repeat, identifiers are generated, and none is ever deleted. */
export const organizationRoutes: Area = () => [
  get("/api/organizations", list),
  post("/api/organizations", create),
  put("/api/:org/rename", rename),
  get("/api/:org/settings", settings),
  post("/api/:org/settings", changeSettings),
  get("/api/:org/summary", summary),
];

/** Sorted by identifier; `id` is only the place in the order of their making, newest first. */
function list({ user }: ServerRequest, context: ServerContext): Reply {
  const newestFirst = [...organizations(context)].reverse();
  const data = newestFirst
    .map(({ identifier, name, type }, index) => ({
      id: index + 1,
      identifier,
      name,
      user_email: user,
      ingest_threshold: 9_383_939_382,
      search_threshold: 9_383_939_382,
      type,
      UserObj: { first_name: "", last_name: "", email: user },
      plan: 0,
    }))
    .sort((left, right) => (left.identifier < right.identifier ? -1 : 1));
  return json(200, { data });
}

const createBody = struct("struct Organization", { name: string });
const renameBody = struct("struct OrgRenameBody", { new_name: string });

const present = ({ identifier, name, type }: OrganizationRecord): Reply =>
  json(200, { identifier, name, org_type: type, service_account: null });

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const name = request.json(createBody).name.trim();
  if (name === "") throw failure(400, "Error creating org: Organization name cannot be empty");
  assertName(name);
  const made: OrganizationRecord = {
    identifier: context.ids.ksuid(),
    name,
    type: "custom",
    createdAt: context.clock.micros(),
  };
  await saveOrganization(context, made);
  return present(made);
}

function assertName(name: string): void {
  if (!/^[A-Za-z0-9_ ]+$/.test(name))
    throw failure(400, "Only alphanumeric characters (A-Z, a-z, 0-9), spaces, and underscores are allowed");
}

/** Answers the organisation as it was before. */
async function rename(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { new_name } = request.json(renameBody);
  const old = organization(context, request.organization);
  if (!old) throw failure(404, "Organization not found");
  if (new_name === "") throw failure(400, "New name cannot be empty");
  assertName(new_name);
  await saveOrganization(context, { ...old, name: new_name });
  return present(old);
}

const standardSettings = {
  scrape_interval: 15,
  trace_id_field_name: "trace_id",
  span_id_field_name: "span_id",
  toggle_ingestion_logs: false,
  streaming_aggregation_enabled: false,
  enable_streaming_search: false,
  min_auto_refresh_interval: 5,
};

function settings({ organization: name }: ServerRequest, { metadata, version }: ServerContext): Reply {
  const changed = metadata.organizationSettings.get(name, "");
  return json(200, { data: { ...standardSettings, ...version.organizations.settings, ...changed } });
}

async function changeSettings(request: ServerRequest, { metadata }: ServerContext): Promise<Reply> {
  const { organization: name } = request;
  const known = metadata.organizationSettings.get(name, "");
  const given = request.json(record(anything));
  const kept = Object.entries(given).filter(([key]) => key in standardSettings);
  await metadata.organizationSettings.put(name, "", { ...known, ...Object.fromEntries(kept) });
  return json(200, { successful: "true" });
}

function summary({ organization: name }: ServerRequest, { metadata, data }: ServerContext): Reply {
  const pipelines = metadata.pipelines.list(name);
  const alerts = metadata.alerts.list(name);
  const status = { healthy: 0, failed: 0, warning: 0 };
  return json(200, {
    streams: {
      num_streams: data.streams(name).filter(({ type }) => type !== "metadata").length,
      total_records: 0,
      total_storage_size: 0,
      total_compressed_size: 0,
      total_index_size: 0,
    },
    pipelines: {
      num_realtime: pipelines.filter(({ source }) => source.source_type === "realtime").length,
      num_scheduled: pipelines.filter(({ source }) => source.source_type === "scheduled").length,
      trigger_status: status,
    },
    alerts: {
      num_realtime: alerts.filter(({ is_real_time }) => is_real_time).length,
      num_scheduled: alerts.filter(({ is_real_time }) => !is_real_time).length,
      trigger_status: status,
    },
    total_functions: metadata.functions.list(name).length,
    total_dashboards: metadata.dashboards.list(name).length,
  });
}
