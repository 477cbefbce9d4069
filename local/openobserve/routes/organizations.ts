import type { ServerContext } from "../context.js";
import { organizations } from "../organizations/registry.js";
import { json, type Reply } from "../server/reply.js";
import { type Area, get, type ServerRequest } from "../server/route.js";

/** Organisations. */
export const organizationRoutes: Area = () => [get("/api/organizations", list)];

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
