import type { ServerContext } from "../context.js";
import { boolean, optional, string, struct, withDefault } from "../serde/decoder.js";
import { hashPassword } from "../server/password.js";
import { failure, json, ok, type Reply } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import type { UserRecord } from "../store/records.js";
import {
  addMember,
  member,
  membershipsOf,
  people,
  presentMember,
  removeMember,
  saveMember,
} from "../users/members.js";

/** Users. This edition knows one role beside root: admin. */
export const userRoutes: Area = () => [
  get("/api/:org/users", list),
  post("/api/:org/users", create),
  get("/api/:org/users/roles", () => json(200, [{ label: "Admin", value: "admin" }])),
  post("/api/:org/users/:email", addToOrganization),
  put("/api/:org/users/:email", update),
  del("/api/:org/users/:email", remove),
];

const shortestPassword = 8;
const tooShort = `Password must be at least ${shortestPassword} characters long`;

const createBody = struct("struct PostUserRequest", {
  email: string,
  first_name: withDefault(string, () => ""),
  last_name: withDefault(string, () => ""),
  password: string,
  role: string,
});

function list({ organization }: ServerRequest, context: ServerContext): Reply {
  return json(200, { data: people(context, organization).map(presentMember) });
}

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { email, password, role, first_name, last_name } = request.json(createBody);
  if (password.length < shortestPassword) throw failure(400, tooShort);
  assertRole(role);
  await addMember(context, request.organization, {
    email,
    firstName: first_name,
    lastName: last_name,
    role,
    password,
  });
  return ok("User saved successfully");
}

function assertRole(role: string): void {
  if (role === "root") throw failure(400, "Not allowed");
  if (role !== "admin") throw failure(400, "Custom roles not allowed");
}

const roleBody = struct("struct AddUserRequest", { role: string });

/** A user of another organisation keeps name and password. */
async function addToOrganization(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const email = request.parameter("email").toLowerCase();
  const { role } = request.json(roleBody);
  assertRole(role);
  const { users } = context.metadata;
  if (users.get(organization, email)) throw failure(409, "User is already part of the organization");
  const [home] = membershipsOf(context, email);
  const known = home === undefined ? undefined : users.get(home, email);
  if (!known) throw failure(404, "User not found");
  await users.put(organization, email, { ...known, role });
  return ok("User added to org successfully");
}

const updateBody = struct("struct UpdateUser", {
  change_password: withDefault(boolean, () => false),
  first_name: optional(string),
  last_name: optional(string),
  old_password: optional(string),
  new_password: optional(string),
  role: optional(string),
  token: optional(string),
});

async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const given = request.json(updateBody);
  const password = given.change_password ? given.new_password : undefined;
  if (password !== undefined && password.length < shortestPassword) throw failure(400, tooShort);
  const old = member(context, organization, request.parameter("email"));
  const changed: UserRecord = {
    ...old,
    firstName: given.first_name ?? old.firstName,
    lastName: given.last_name ?? old.lastName,
    ...(password !== undefined && { passwordHash: hashPassword(password) }),
  };
  const nothing = [given.first_name, given.last_name, password].every((each) => each === undefined);
  if (nothing) throw failure(400, "No changes to update");
  await saveMember(context, changed);
  return ok("User updated successfully");
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  await removeMember(context, request.organization, request.parameter("email"));
  return ok("User removed from organization");
}
