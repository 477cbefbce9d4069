import type { ServerContext } from "../context.js";
import { anything, string, struct } from "../serde/decoder.js";
import { failure, json, type Reply } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import type { SavedViewRecord } from "../store/records.js";

/** Saved views of the log search. Names may repeat. */
export const savedViewRoutes: Area = () => [
  get("/api/:org/savedviews", list),
  post("/api/:org/savedviews", create),
  get("/api/:org/savedviews/:id", getOne),
  put("/api/:org/savedviews/:id", update),
  del("/api/:org/savedviews/:id", remove),
];

const body = struct("struct CreateViewRequest", { data: anything, view_name: string });

function list({ organization }: ServerRequest, { metadata }: ServerContext): Reply {
  const views = metadata.savedViews
    .list(organization)
    .map(({ org_id, view_id, view_name }) => ({ org_id, view_id, view_name }))
    .sort((left, right) => (left.view_id < right.view_id ? -1 : 1));
  return json(200, { views });
}

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { data, view_name } = request.json(body);
  const view_id = context.ids.ksuid();
  const view: SavedViewRecord = { org_id: request.organization, data, view_id, view_name };
  await context.metadata.savedViews.put(view.org_id, view_id, view);
  return json(200, { org_id: view.org_id, view_id, view_name });
}

function existing(request: ServerRequest, { metadata }: ServerContext): SavedViewRecord {
  const id = request.parameter("id");
  const view = metadata.savedViews.get(request.organization, id);
  if (view) return view;
  const key = `/organization/savedviews/${request.organization}/${id}`;
  throw failure(400, `DbError# key ${key} does not exist`);
}

function getOne(request: ServerRequest, context: ServerContext): Reply {
  return json(200, existing(request, context));
}

async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { data, view_name } = request.json(body);
  const view = { ...existing(request, context), data, view_name };
  await context.metadata.savedViews.put(view.org_id, view.view_id, view);
  return json(200, view);
}

/** Answers the same for a view that is gone. */
async function remove(request: ServerRequest, { metadata }: ServerContext): Promise<Reply> {
  const id = request.parameter("id");
  await metadata.savedViews.delete(request.organization, id);
  return json(200, { org_id: request.organization, view_id: id });
}
