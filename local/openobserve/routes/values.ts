import type { ServerContext } from "../context.js";
import { json, message, type Reply, text } from "../server/reply.js";
import { type Area, del, get, post, type ServerRequest } from "../server/route.js";

/** A small key-value store that each organisation has. */
export const valueRoutes: Area = () => [
  get("/api/:org/kv", list),
  get("/api/:org/kv/:key", getOne),
  post("/api/:org/kv/:key", set),
  del("/api/:org/kv/:key", remove),
];

function list({ organization, query }: ServerRequest, { metadata }: ServerContext): Reply {
  const prefix = query.get("prefix") ?? "";
  const keys = metadata.values.entries(organization).map(([key]) => key);
  return json(
    200,
    keys.filter((key) => key.startsWith(prefix)),
  );
}

function getOne(request: ServerRequest, { metadata }: ServerContext): Reply {
  const value = metadata.values.get(request.organization, request.parameter("key"));
  return value === undefined ? message(404, "Key not found") : text(200, value);
}

async function set(request: ServerRequest, { metadata }: ServerContext): Promise<Reply> {
  await metadata.values.put(request.organization, request.parameter("key"), request.body.toString("utf8"));
  return text(200, "OK");
}

async function remove(request: ServerRequest, { metadata }: ServerContext): Promise<Reply> {
  await metadata.values.delete(request.organization, request.parameter("key"));
  return text(200, "OK");
}
