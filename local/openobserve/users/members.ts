import type { ServerContext } from "../context.js";
import { hashPassword } from "../server/password.js";
import { failure, type ReplyError } from "../server/reply.js";
import type { UserRecord } from "../store/records.js";
import { rootUser } from "./root.js";

/** People and service accounts of an organisation. */

export const serviceAccountRole = "service_account";

export const isServiceAccount = ({ role }: UserRecord): boolean => role === serviceAccountRole;

const looksLikeEmail = (email: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email);

export interface NewMember {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: string;
  /** Undefined for a service account, which has its token instead. */
  readonly password?: string;
}

/** @throws ReplyError 400 when the address is none or taken */
export async function addMember(
  context: ServerContext,
  organization: string,
  { password, ...member }: NewMember,
): Promise<UserRecord> {
  const email = member.email.trim().toLowerCase();
  if (!looksLikeEmail(email)) throw failure(400, "Invalid Email address");
  if (email === context.options.rootUser || context.metadata.users.get(organization, email))
    throw failure(400, "User already exists");
  const record: UserRecord = {
    ...member,
    email,
    ...(password !== undefined && { passwordHash: hashPassword(password) }),
    token: context.ids.token(16),
    createdAt: context.clock.micros(),
  };
  await context.metadata.users.put(organization, email, record);
  return record;
}

/** @throws ReplyError 404 */
export function member({ metadata }: ServerContext, organization: string, email: string): UserRecord {
  const found = metadata.users.get(organization, email.toLowerCase());
  if (!found) throw notFound();
  return found;
}

const notFound = (): ReplyError => failure(404, "User not found");

/** @throws ReplyError 403 for the root user, 404 */
export async function removeMember(
  { metadata, options }: ServerContext,
  organization: string,
  address: string,
): Promise<void> {
  const email = address.toLowerCase();
  if (email === options.rootUser) throw failure(403, "Not Allowed");
  if (!metadata.users.get(organization, email)) throw failure(404, "User for the organization not found");
  await metadata.users.delete(organization, email);
}

/** Newest first, the root user last. */
export const people = (context: ServerContext, organization: string): readonly UserRecord[] => [
  ...context.metadata.users
    .list(organization)
    .filter((user) => !isServiceAccount(user))
    .reverse(),
  rootUser(context),
];

export const serviceAccounts = ({ metadata }: ServerContext, organization: string): readonly UserRecord[] =>
  metadata.users.list(organization).filter(isServiceAccount).reverse();

export const presentMember = ({ email, firstName, lastName, role, createdAt }: UserRecord) => ({
  email,
  first_name: firstName,
  last_name: lastName,
  role,
  is_external: false,
  created_at: createdAt,
});
