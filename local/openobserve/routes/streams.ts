import type { ServerContext } from "../context.js";
import type { Column, StreamKey } from "../data/store.js";
import { failure, json, ok, type Reply } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import { columnsOf } from "../streams/columns.js";
import { followRetention } from "../streams/distinct.js";
import { rewriteFieldName, rewriteStreamName, streamType } from "../streams/names.js";
import { presentSchema, presentStream, presentStreamBriefly } from "../streams/present.js";
import { StreamBeingDeleted } from "../streams/registry.js";
import {
  columnType,
  createRequest,
  deleteFieldsRequest,
  updateFieldsRequest,
  updateRequest,
} from "../streams/requests.js";
import { applyUpdate, brokenRule, settingsOfCreate } from "../streams/rules.js";

/** Streams and their settings. */
export const streamRoutes: Area = () => [
  get("/api/:org/streams", list),
  get("/api/:org/streams/:name/schema", schema),
  post("/api/:org/streams/:name", create),
  del("/api/:org/streams/:name", remove),
  put("/api/:org/streams/:name/settings", updateSettings),
  put("/api/:org/streams/:name/update_fields", updateFields),
  put("/api/:org/streams/:name/delete_fields", deleteFields),
];

/** Most routes rewrite the name of the path; deleting does not. */
const keyOf = (request: ServerRequest, name = rewriteStreamName(request.parameter("name"))): StreamKey => ({
  organization: request.organization,
  type: streamType(request.query),
  name,
});

function existing(context: ServerContext, key: StreamKey): readonly Column[] {
  const columns = columnsOf(context, key);
  if (!columns) throw failure(404, "stream not found");
  return columns;
}

async function list({ query, organization }: ServerRequest, context: ServerContext): Promise<Reply> {
  const type = query.get("type");
  const keyword = query.get("keyword") ?? "";
  const found = context.data
    .streams(organization)
    .filter((key) => (!type || key.type === streamType(query)) && key.name.includes(keyword))
    .sort((left, right) => (left.name === right.name ? 0 : left.name < right.name ? -1 : 1));
  if (query.get("asc") === "false") found.reverse();
  const offset = Number(query.get("offset") ?? 0);
  const limit = Number(query.get("limit") ?? 0);
  const page = limit > 0 ? found.slice(offset, offset + limit) : found.slice(offset);
  const whole = query.get("fetchSchema") === "true";
  const streams = await Promise.all(
    page.map((key) => {
      const columns = whole ? columnsOf(context, key) : undefined;
      return columns ? presentStream(context, key, columns) : presentStreamBriefly(context, key);
    }),
  );
  return json(200, { list: streams, total: found.length });
}

async function schema(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const key = keyOf(request);
  return json(200, await presentSchema(context, key, existing(context, key)));
}

/** Columns first, settings second: a create that fails on its settings leaves the stream behind. */
async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const key = keyOf(request);
  if (key.type === "enrichment_tables") throw failure(400, "Stream type 'enrichment_tables' not allowed");
  const body = request.json(createRequest(context.version));
  const columns = body.fields.map(({ name, type }): Column => {
    const known = columnType(type);
    if (!known) throw failure(400, `invalid data type: ${type}`);
    return { name: rewriteFieldName(name), type: known };
  });
  if (context.data.columns(key)) throw failure(400, "stream already exists");
  const all = withTimestamp(columns);
  await context.data.create(key, all);
  const made = { createdAt: context.clock.micros(), declared: all.map(({ name }) => name) };
  const settings = settingsOfCreate(body, context.options.userDefinedSchemas ? columns : []);
  const refusal = context.streams.isBeingDeleted(key)
    ? new StreamBeingDeleted(key).message
    : brokenRule(settings, all, context.version);
  await context.streams.save(key, refusal === undefined ? { ...made, settings } : made);
  refuse(refusal);
  return ok("stream created");
}

const withTimestamp = (columns: readonly Column[]): readonly Column[] => {
  const unique = [...new Map(columns.map((column) => [column.name, column])).values()];
  return unique.some(({ name }) => name === "_timestamp")
    ? unique
    : [...unique, { name: "_timestamp", type: "Int64" }];
};

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw failure(400, reason);
}

function assertNotBeingDeleted(context: ServerContext, key: StreamKey): void {
  if (context.streams.isBeingDeleted(key)) throw failure(400, new StreamBeingDeleted(key).message);
}

async function updateSettings(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const key = keyOf(request);
  const change = request.json(updateRequest(context.version));
  const columns = existing(context, key);
  assertNotBeingDeleted(context, key);
  const { add, remove: removed } = change.defined_schema_fields;
  if (add.length + removed.length > 0 && !context.options.userDefinedSchemas)
    throw failure(
      400,
      "user defined schema is not allowed, you need to set ZO_ALLOW_USER_DEFINED_SCHEMAS=true",
    );
  const added = newColumns(change.fields.add, columns);
  const all = [...columns, ...added];
  const settings = applyUpdate(context.streams.settings(key), change, all, context.clock.micros());
  refuse(brokenRule(settings, all, context.version));
  if (added.length > 0) await context.data.addColumns(key, added);
  await context.streams.save(key, { settings });
  if (change.data_retention !== undefined) await followRetention(context, key);
  return ok("");
}

function newColumns(
  fields: readonly { readonly name: string; readonly type: string }[],
  columns: readonly Column[],
): Column[] {
  const known = new Set(columns.map(({ name }) => name));
  return fields
    .map(({ name, type }): Column => {
      const column = columnType(type);
      if (!column) throw failure(400, `invalid data type: ${type}`);
      return { name: rewriteFieldName(name), type: column };
    })
    .filter(({ name }) => !known.has(name));
}

/** The name is taken as it stands: `/streams/cqrs-commands` is 404 though the stream `cqrs_commands` exists. */
async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const key = keyOf(request, request.parameter("name"));
  existing(context, key);
  if (request.query.get("delete_all") === "true") await removeUsers(context, key);
  await context.streams.remove(key);
  return ok("stream deleted");
}

/** The pipelines that start at the stream and the alerts on it. */
async function removeUsers(context: ServerContext, { organization, type, name }: StreamKey): Promise<void> {
  const { alerts, alertStates, pipelines } = context.metadata;
  const ownAlerts = alerts
    .list(organization)
    .filter(({ stream_type, stream_name }) => stream_type === type && stream_name === name);
  const ownPipelines = pipelines
    .list(organization)
    .filter(({ source }) => source.stream_type === type && source.stream_name === name);
  await context.metadata.write([
    ...ownAlerts.flatMap(({ id }) => [alerts.change(organization, id), alertStates.change(organization, id)]),
    ...ownPipelines.map(({ pipeline_id }) => pipelines.change(organization, pipeline_id)),
  ]);
  for (const { id } of ownAlerts) context.events.emit("alertChanged", { organization, id });
  if (ownPipelines.length > 0) context.events.emit("pipelinesChanged", { organization });
}

/** Answers 200 and changes nothing, like the server. */
function updateFields(request: ServerRequest, context: ServerContext): Reply {
  request.json(updateFieldsRequest);
  existing(context, keyOf(request));
  return ok("fields updated");
}

async function deleteFields(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const key = keyOf(request);
  const { fields } = request.json(deleteFieldsRequest);
  existing(context, key);
  await context.data.deleteColumns(key, fields);
  return ok("fields deleted");
}
