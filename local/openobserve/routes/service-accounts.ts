import type { ServerContext } from "../context.js";
import { optional, string, struct, withDefault } from "../serde/decoder.js";
import { json, ok, type Reply } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import type { UserRecord } from "../store/records.js";
import {
  addMember,
  member,
  presentMember,
  removeMember,
  serviceAccountRole,
  serviceAccounts,
} from "../users/members.js";

/** Service accounts: users that sign in with a token as their password. */
export const serviceAccountRoutes: Area = ({ version }) => [
  get("/api/:org/service_accounts", list),
  post("/api/:org/service_accounts", create),
  put("/api/:org/service_accounts/:email", update),
  del("/api/:org/service_accounts/:email", remove),
  ...(version.serviceAccounts.tokenReadable ? [get("/api/:org/service_accounts/:email", readToken)] : []),
];

const presentToken = ({ token, email }: UserRecord) => ({ token, user: email });

function list({ organization }: ServerRequest, context: ServerContext): Reply {
  const masked = !context.version.serviceAccounts.tokenReadable;
  const data = serviceAccounts(context, organization).map((account) => ({
    ...presentMember(account),
    ...(masked && { token: `${account.token.slice(0, 4)}********` }),
  }));
  return json(200, { data });
}

const body = struct("struct ServiceAccountRequest", {
  email: string,
  first_name: withDefault(string, () => ""),
  last_name: withDefault(string, () => ""),
});

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { email, first_name, last_name } = request.json(body);
  const account = await addMember(context, request.organization, {
    email,
    firstName: first_name,
    lastName: last_name,
    role: serviceAccountRole,
  });
  const told = context.version.serviceAccounts.tokenReadable ? {} : presentToken(account);
  return ok("User saved successfully", told);
}

function readToken(request: ServerRequest, context: ServerContext): Reply {
  return json(200, presentToken(member(context, request.organization, request.parameter("email"))));
}

const updateBody = struct("struct UpdateServiceAccountRequest", {
  first_name: optional(string),
  last_name: optional(string),
});

async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization, query } = request;
  const { first_name, last_name } = request.json(updateBody);
  const old = member(context, organization, request.parameter("email"));
  if (query.get("rotateToken") === "true") {
    const rotated = { ...old, token: context.ids.token(16) };
    await context.metadata.users.put(organization, old.email, rotated);
    return json(200, presentToken(rotated));
  }
  await context.metadata.users.put(organization, old.email, {
    ...old,
    firstName: first_name ?? old.firstName,
    lastName: last_name ?? old.lastName,
  });
  return ok("User updated successfully");
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  await removeMember(context, request.organization, request.parameter("email"));
  return ok("User removed from organization");
}
