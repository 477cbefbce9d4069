import { isDeepStrictEqual } from "node:util";

import type { ServerContext } from "../context.js";
import { failedTestRun } from "../pipeline/schedule.js";
import { type PipelineRequest, pipelineRequest } from "../pipelines/requests.js";
import { brokenSchedule, type ScheduledSource } from "../pipelines/scheduled.js";
import { brokenRule } from "../pipelines/validate.js";
import { array, string, struct } from "../serde/decoder.js";
import { noTriggers } from "../server/history.js";
import { failure, json, ok, type Reply, type ReplyError } from "../server/reply.js";
import { type Area, del, get, post, put, type Route, type ServerRequest } from "../server/route.js";
import type { PipelineNode, PipelineRecord } from "../store/records.js";

/** Pipelines: what happens to records on their way into streams. */
export const pipelineRoutes: Area = ({ version }) => [
  get("/api/:org/pipelines", list),
  post("/api/:org/pipelines", create),
  put("/api/:org/pipelines", update),
  get("/api/:org/pipelines/streams", streams),
  get("/api/:org/pipelines/history", history),
  post("/api/:org/pipelines/bulk/enable", enableMany),
  put("/api/:org/pipelines/:id/enable", enable),
  del("/api/:org/pipelines/:id", remove),
  ...(version.pipelines.readById ? [getOne] : []),
];

const getOne: Route = get("/api/:org/pipelines/:id", (request, context) =>
  json(200, present(known(context, request.organization, request.parameter("id")))),
);

const present = (pipeline: PipelineRecord): PipelineRecord => pipeline;

function list({ organization }: ServerRequest, { metadata }: ServerContext): Reply {
  return json(200, { list: metadata.pipelines.list(organization).map(present) });
}

/** The source streams of all realtime pipelines, one entry a pipeline. */
function streams({ organization }: ServerRequest, { metadata }: ServerContext): Reply {
  return json(200, { list: realtimeSources(metadata.pipelines.list(organization)) });
}

const realtimeSources = (pipelines: readonly PipelineRecord[]): Record<string, unknown>[] =>
  pipelines
    .filter(({ source }) => source.source_type === "realtime")
    .map(({ source: { org_id, stream_name, stream_type } }) => ({ org_id, stream_name, stream_type }));

function history(): Reply {
  throw noTriggers("pipeline");
}

/** Only the source in the body is looked at for duplicates; afterwards it is taken from the first node. */
async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const { metadata, version } = context;
  const given = request.json(pipelineRequest(version));
  const pipeline = { ...given, name: given.name.trim().toLowerCase(), org: organization };
  if (pipeline.source.source_type === "realtime" && isTaken(pipeline, metadata.pipelines.list(organization)))
    throw sourceTaken();
  const overwritten = request.query.get("overwrite") === "true" && pipeline.pipeline_id !== "";
  const id = overwritten ? pipeline.pipeline_id : context.ids.snowflake();
  const made = validated(context, { ...pipeline, pipeline_id: id });
  await tryQuery(context, made);
  await save(context, made, null);
  return ok(
    "Pipeline created successfully",
    version.pipelines.createAnswersId ? { id, name: pipeline.name } : {},
  );
}

const sourceTaken = (): ReplyError =>
  failure(400, "A realtime pipeline with same source stream already exists");

function isTaken({ source }: PipelineRequest, others: readonly PipelineRecord[]): boolean {
  const { org_id, stream_name, stream_type } = source;
  return realtimeSources(others).some((each) =>
    isDeepStrictEqual(each, { org_id, stream_name, stream_type }),
  );
}

/** An equal body changes nothing; otherwise the version has to be the current one, and is raised. */
async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const given = { ...request.json(pipelineRequest(context.version)), org: organization };
  const old = known(context, organization, given.pipeline_id);
  const { paused_at, ...before } = old;
  if (isDeepStrictEqual(withoutStyle(given), withoutStyle(before)))
    return ok("Pipeline updated successfully");
  if (given.version !== old.version)
    throw failure(409, `Pipeline with ID ${old.pipeline_id} modified by someone else. Please refresh.`);
  const pipeline = validated(context, given);
  const others = context.metadata.pipelines
    .list(organization)
    .filter(({ pipeline_id }) => pipeline_id !== old.pipeline_id);
  const moved = !isDeepStrictEqual(pipeline.source, old.source);
  if (moved && pipeline.source.source_type === "realtime" && isTaken(pipeline, others)) throw sourceTaken();
  if (moved) await tryQuery(context, pipeline);
  await save(context, { ...pipeline, version: old.version + 1 }, paused_at);
  return ok("Pipeline updated successfully");
}

const withoutStyle = (pipeline: PipelineRequest | Omit<PipelineRecord, "paused_at">): unknown => ({
  ...pipeline,
  nodes: pipeline.nodes.map((node) => ({ ...node, style: undefined })),
});

/** With its source taken from the first node. */
function validated(context: ServerContext, pipeline: PipelineRequest): PipelineRequest {
  const broken = brokenRule(pipeline) ?? missingFunction(context, pipeline);
  if (broken !== undefined) throw failure(400, `Invalid pipeline ${broken}`);
  const source = sourceOf(pipeline);
  if (source.source_type === "scheduled") {
    const wrong = brokenSchedule(source);
    if (wrong !== undefined) throw failure(400, `Invalid DerivedStream config: ${wrong}`);
  }
  return { ...pipeline, source: { ...source } };
}

/** Read in the server's source, not seen: the text before the cause, and that an unchanged query is not tried. */
async function tryQuery(context: ServerContext, { org, source }: PipelineRequest): Promise<void> {
  if (source.source_type !== "scheduled") return;
  const cause = await failedTestRun(context, org, source as unknown as ScheduledSource);
  if (cause !== undefined)
    throw failure(
      400,
      `Invalid DerivedStream config: DerivedStream not saved due to failed test run caused by ${cause}`,
    );
}

function missingFunction({ metadata }: ServerContext, { org, nodes }: PipelineRequest): string | undefined {
  const missing = nodes
    .filter(({ data }) => data.node_type === "function")
    .map(({ data }) => String(data.name))
    .find((name) => !metadata.functions.get(org, name));
  return (
    missing && `Failed to load function '${missing}': DbError# key /function/${org}/${missing} does not exist`
  );
}

function sourceOf({
  org,
  nodes: [first],
}: PipelineRequest): ScheduledSource | (Record<string, unknown> & { readonly source_type: "realtime" }) {
  const { node_type, ...data } = first?.data ?? { node_type: "stream" };
  if (node_type !== "query") return { source_type: "realtime", ...data };
  const scheduled = data as unknown as Omit<ScheduledSource, "source_type">;
  return {
    source_type: "scheduled",
    ...scheduled,
    org_id: org,
    query_condition: { ...scheduled.query_condition, search_event_type: "derivedstream" },
  };
}

async function save(
  context: ServerContext,
  pipeline: PipelineRequest,
  pausedAt: number | null,
): Promise<void> {
  const { pipeline_id, version, enabled, org, name, description, source, nodes, edges } = pipeline;
  const record: PipelineRecord = {
    pipeline_id,
    version,
    enabled,
    org,
    name,
    description,
    source,
    nodes: nodes as unknown as readonly PipelineNode[],
    edges,
    paused_at: source.source_type === "scheduled" ? (pausedAt ?? 0) : null,
  };
  await context.metadata.pipelines.put(org, pipeline_id, record);
  context.events.emit("pipelinesChanged", { organization: org });
}

function known({ metadata }: ServerContext, organization: string, id: string): PipelineRecord {
  const pipeline = metadata.pipelines.get(organization, id);
  if (!pipeline) throw failure(404, `Pipeline with ID ${id} not found.`);
  return pipeline;
}

/** Without `value` it disables. The version stays. */
async function enable(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const enabled = request.query.get("value") === "true";
  await setEnabled(context, known(context, request.organization, request.parameter("id")), enabled);
  return ok(`Pipeline successfully ${enabled ? "enabled" : "disabled"}`);
}

async function setEnabled(context: ServerContext, pipeline: PipelineRecord, enabled: boolean): Promise<void> {
  await context.metadata.pipelines.put(pipeline.org, pipeline.pipeline_id, { ...pipeline, enabled });
  context.events.emit("pipelinesChanged", { organization: pipeline.org });
}

const idsBody = struct("struct BulkRequest", { ids: array(string) });

async function enableMany(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const enabled = request.query.get("value") === "true";
  const { ids } = request.json(idsBody);
  const { pipelines } = context.metadata;
  const found = ids.filter((id) => pipelines.get(request.organization, id));
  for (const id of found) await setEnabled(context, known(context, request.organization, id), enabled);
  const unsuccessful = ids.filter((id) => !found.includes(id));
  const [lost] = unsuccessful;
  const err = lost === undefined ? null : `Pipeline with ID ${lost} not found.`;
  return json(200, { successful: found, unsuccessful, err });
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const { pipeline_id } = known(context, organization, request.parameter("id"));
  await context.metadata.pipelines.delete(organization, pipeline_id);
  context.events.emit("pipelinesChanged", { organization });
  return ok("Pipeline deleted successfully");
}
