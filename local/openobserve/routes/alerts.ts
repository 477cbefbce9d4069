import { generatedSql } from "../alerts/generated-sql.js";
import { prepareAlert } from "../alerts/prepare.js";
import { presentAlert, presentInList } from "../alerts/present.js";
import {
  type AlertRequest,
  createRequest,
  generateSqlRequest,
  idsRequest,
  moveRequest,
  updateRequest,
} from "../alerts/requests.js";
import type { ServerContext } from "../context.js";
import { defaultFolder, ensureDefaultFolder, findFolder } from "../folders/registry.js";
import { emptyHistory, noTriggers } from "../server/history.js";
import { failure, json, message, ok, type Reply, ReplyError, text, unsupported } from "../server/reply.js";
import { type Area, del, get, patch, post, put, type Route, type ServerRequest } from "../server/route.js";
import type { AlertRecord } from "../store/records.js";

/** Alerts, version 2 of the API; the first does not exist any more. */
export const alertRoutes: Area = ({ version }) => [
  get("/api/v2/:org/alerts", list),
  post("/api/v2/:org/alerts", create),
  get("/api/v2/:org/alerts/history", history),
  post("/api/v2/:org/alerts/generate_sql", generateSql),
  patch("/api/v2/:org/alerts/move", move),
  del("/api/v2/:org/alerts/bulk", removeMany),
  post("/api/v2/:org/alerts/bulk/enable", enableMany),
  get("/api/v2/:org/alerts/:id", getOne),
  put("/api/v2/:org/alerts/:id", update),
  del("/api/v2/:org/alerts/:id", remove),
  patch("/api/v2/:org/alerts/:id/enable", enable),
  patch("/api/v2/:org/alerts/:id/trigger", trigger),
  exportRoute(version.alerts.exportMethod),
];

/** The same answer as reading it; one version asks for it with POST. */
const exportRoute = (method: "GET" | "POST"): Route => ({
  method,
  path: "/api/v2/:org/alerts/:id/export",
  handler: getOne,
});

function history(_request: ServerRequest, { version }: ServerContext): Reply {
  if (version.alerts.emptyHistory) return emptyHistory();
  throw noTriggers("alert");
}

function list({ organization, query }: ServerRequest, context: ServerContext): Reply {
  const wanted = (alert: AlertRecord): boolean =>
    matches(query.get("folder"), alert.folder_id) &&
    matches(query.get("stream_type"), alert.stream_type) &&
    matches(query.get("stream_name"), alert.stream_name) &&
    matches(query.get("enabled"), String(alert.enabled)) &&
    matches(query.get("owner"), alert.owner) &&
    alert.name.includes(query.get("alert_name_substring") ?? "");
  const found = context.metadata.alerts
    .list(organization)
    .filter(wanted)
    .map((alert) => presentInList(context, alert))
    .sort(byNameAndFolder);
  const size = Number(query.get("page_size") ?? 0);
  const start = size * Number(query.get("page_idx") ?? 0);
  return json(200, { list: size > 0 ? found.slice(start, start + size) : found });
}

const matches = (wanted: string | null, actual: string): boolean => wanted === null || wanted === actual;

function byNameAndFolder(left: Record<string, unknown>, right: Record<string, unknown>): number {
  const key = ({ name, folder_name }: Record<string, unknown>): string =>
    `${String(name)} ${String(folder_name)}`;
  return key(left) === key(right) ? 0 : key(left) < key(right) ? -1 : 1;
}

/** The folder comes from the query; a `folder_id` in the body is not looked at. Names may repeat. */
async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization, user } = request;
  const given = request.json(createRequest(context.version));
  const folder = request.query.get("folder") ?? defaultFolder;
  if (!findFolder(context, organization, "alerts", folder))
    throw failure(404, "Error creating alert in folder that cannot be found");
  const { alerts } = context.metadata;
  if (
    given.id !== undefined &&
    alerts.get(organization, given.id) &&
    request.query.get("overwrite") !== "true"
  )
    throw failure(409, "Alert already exists");
  const prepared = prepareAlert(given, organization, context);
  const id = given.id ?? context.ids.ksuid();
  if (folder === defaultFolder) await ensureDefaultFolder(context, organization, "alerts");
  await save(context, { ...stored(prepared), id, owner: user, last_edited_by: user, folder_id: folder });
  return ok("Alert saved", { id, name: prepared.name });
}

function stored(prepared: AlertRequest): Omit<AlertRecord, "id" | "owner" | "last_edited_by" | "folder_id"> {
  const { template, context_attributes, deduplication } = prepared;
  return {
    name: prepared.name,
    org_id: prepared.org_id,
    stream_type: prepared.stream_type,
    stream_name: prepared.stream_name,
    is_real_time: prepared.is_real_time,
    query_condition: prepared.query_condition,
    trigger_condition: prepared.trigger_condition,
    destinations: prepared.destinations,
    ...(template !== undefined && { template }),
    ...(context_attributes !== undefined && { context_attributes }),
    row_template: prepared.row_template,
    row_template_type: prepared.row_template_type,
    description: prepared.description,
    enabled: prepared.enabled,
    tz_offset: prepared.tz_offset,
    creates_incident: prepared.creates_incident,
    ...(deduplication !== undefined && { deduplication }),
  };
}

async function save(context: ServerContext, alert: AlertRecord): Promise<void> {
  await context.metadata.alerts.put(alert.org_id, alert.id, alert);
  context.events.emit("alertChanged", { organization: alert.org_id, id: alert.id });
}

/** Replaces all but name, stream, organisation and id: those are checked, answered with 200, and not stored. */
async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization, user } = request;
  const given = request.json(updateRequest(context.version));
  const old = existing(request, context);
  const prepared = stored(prepareAlert(given, organization, context));
  const { id, name, org_id, stream_type, stream_name, owner, folder_id } = old;
  const kept = { id, name, org_id, stream_type, stream_name, owner, folder_id };
  await save(context, { ...prepared, ...kept, last_edited_by: user });
  return ok("Alert Updated");
}

function getOne(request: ServerRequest, context: ServerContext): Reply {
  return json(200, presentAlert(context, existing(request, context)));
}

function existing(request: ServerRequest, context: ServerContext): AlertRecord {
  const id = readId(request);
  const alert = context.metadata.alerts.get(request.organization, id);
  if (!alert) throw failure(404, context.version.alerts.missing(id));
  return alert;
}

function readId(request: ServerRequest): string {
  const id = request.parameter("id");
  if (!/^[0-9A-Za-z]{27}$/.test(id)) throw failure(404, `invalid alert id ${id}`);
  return id;
}

/** The older server answers 200 for an alert that is gone. */
async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const id = readId(request);
  const removed = await removeOne(context, request.organization, id);
  if (!removed && !context.version.alerts.deleteMissing)
    throw failure(404, context.version.alerts.missing(id));
  return ok("Alert deleted");
}

async function removeOne(
  { metadata, events }: ServerContext,
  organization: string,
  id: string,
): Promise<boolean> {
  if (!metadata.alerts.get(organization, id)) return false;
  await metadata.write([
    metadata.alerts.change(organization, id),
    metadata.alertStates.change(organization, id),
  ]);
  events.emit("alertChanged", { organization, id });
  return true;
}

async function removeMany(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { ids } = request.json(idsRequest);
  for (const id of ids) await removeOne(context, request.organization, id);
  return json(200, { successful: ids, unsuccessful: [], err: null });
}

async function enable(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const enabled = enabledValue(request);
  await save(context, { ...existing(request, context), enabled });
  return json(200, { enabled });
}

function enabledValue({ query }: ServerRequest): boolean {
  const value = query.get("value");
  if (value === "true" || value === "false") return value === "true";
  const reason =
    value === null ? "missing field `value`" : "value: provided string was not `true` or `false`";
  throw new ReplyError(text(400, `Failed to deserialize query string: ${reason}`));
}

async function enableMany(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const enabled = enabledValue(request);
  const { ids } = request.json(idsRequest);
  const { alerts } = context.metadata;
  const known = ids.flatMap((id) => alerts.get(request.organization, id) ?? []);
  for (const alert of known) await save(context, { ...alert, enabled });
  const successful = known.map(({ id }) => id);
  const unsuccessful = ids.filter((id) => !successful.includes(id));
  const [lost] = unsuccessful;
  return json(200, {
    successful,
    unsuccessful,
    err: lost === undefined ? null : context.version.alerts.missing(lost),
  });
}

async function move(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const { alert_ids, dst_folder_id } = request.json(moveRequest);
  if (!findFolder(context, organization, "alerts", dst_folder_id))
    throw failure(404, "Error moving alert to folder that cannot be found");
  for (const id of alert_ids) {
    const alert = context.metadata.alerts.get(organization, id);
    if (!alert) throw failure(404, context.version.alerts.missing(id));
    await save(context, { ...alert, folder_id: dst_folder_id });
  }
  return ok("Alert moved");
}

/** Sends at once what the alert would send, with no rows. */
async function trigger(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const alert = existing(request, context);
  const { notifier } = context.hooks;
  if (!notifier) throw unsupported("triggering alerts");
  const failed = await notifier(alert);
  return failed === undefined ? ok("Alert triggered") : message(500, failed);
}

function generateSql(request: ServerRequest): Reply {
  const { stream_name, query_condition } = request.json(generateSqlRequest);
  return json(200, generatedSql(stream_name, query_condition));
}
