import type { ServerContext } from "../context.js";
import type { UserRecord } from "../store/records.js";

/** The root user belongs to all organisations; its record is kept under none. Its password is not kept. */
const everywhere = "";

export async function ensureRootUser(context: ServerContext): Promise<void> {
  const { metadata, options, clock, ids } = context;
  if (metadata.users.get(everywhere, options.rootUser)) return;
  const record: UserRecord = {
    email: options.rootUser,
    firstName: "root",
    lastName: "",
    role: "root",
    token: options.rootToken ?? ids.token(16),
    createdAt: clock.micros(),
  };
  await metadata.users.put(everywhere, options.rootUser, record);
}

export function rootUser({ metadata, options }: ServerContext): UserRecord {
  const record = metadata.users.get(everywhere, options.rootUser);
  if (!record) throw new Error("the root user is made when the server starts");
  return record;
}

export const rootToken = (context: ServerContext): string => rootUser(context).token;

export async function rotateRootToken(context: ServerContext): Promise<UserRecord> {
  const record = { ...rootUser(context), token: context.ids.token(16) };
  await context.metadata.users.put(everywhere, record.email, record);
  return record;
}
