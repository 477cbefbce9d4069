import type { ServerContext } from "../context.js";
import { accepts } from "../server/auth.js";
import { json, type Reply } from "../server/reply.js";
import { type Area, get, post, put, type ServerRequest } from "../server/route.js";
import { string, struct } from "../serde/decoder.js";
import { membershipsOf } from "../users/members.js";
import { rootUser, rotateRootToken } from "../users/root.js";

/** Signing in, and the ingest token. */
export const authenticationRoutes: Area = () => [
  post("/auth/login", login),
  get("/api/:org/passcode", passcode),
  put("/api/:org/passcode", rotatePasscode),
];

const loginBody = struct("struct SignInUser", { name: string, password: string });

function login(request: ServerRequest, context: ServerContext): Reply {
  const { name, password } = request.json(loginBody);
  const credentials = { email: name.toLowerCase(), secret: password };
  const homes = ["", ...membershipsOf(context, credentials.email)];
  const known = homes.some((organization) => accepts(credentials, context, { organization, ingest: false }));
  return known
    ? json(200, { status: true, message: "" })
    : json(401, { status: false, message: "Invalid credentials" });
}

const present = ({ token, email }: { token: string; email: string }): Reply =>
  json(200, { data: { passcode: token, user: email } });

function passcode({ organization, user }: ServerRequest, context: ServerContext): Reply {
  return present(context.metadata.users.get(organization, user) ?? rootUser(context));
}

async function rotatePasscode({ organization, user }: ServerRequest, context: ServerContext): Promise<Reply> {
  const known = context.metadata.users.get(organization, user);
  if (!known) return present(await rotateRootToken(context));
  const rotated = { ...known, token: context.ids.token(16) };
  await context.metadata.users.put(organization, user, rotated);
  return present(rotated);
}
