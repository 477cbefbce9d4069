import type { ServerContext } from "../context.js";
import { hashPassword } from "../server/password.js";
import { organizations } from "../organizations/registry.js";
import { failure, type ReplyError } from "../server/reply.js";
import type { UserRecord } from "../store/records.js";
import { rootUser } from "./root.js";

/** People and service accounts of an organisation. */

export const serviceAccountRole = "service_account";

export const isServiceAccount = ({ role }: UserRecord): boolean => role === serviceAccountRole;

/**
 * Words of letters, digits, `_ + -` with single dots between, at least two characters in all and behind the last
 * dot, then a domain.
 */
function looksLikeEmail(email: string): boolean {
  const [, local = ""] = /^(.*)@[a-z\d]+(?:[-.][a-z\d]+)*\.[a-z]{2,}/i.exec(email) ?? [];
  const words = local.split(".");
  return (
    words.every((word) => /^[\w+-]+$/.test(word)) && (words.at(-1) ?? "").length >= 2 && !/^-|-$/.test(local)
  );
}

export interface NewMember {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: string;
  /** Undefined for a service account, which has its token instead. */
  readonly password?: string;
}

/** The organisations that an account is a member of. Its names and password are the same in all. */
export const membershipsOf = (context: ServerContext, email: string): readonly string[] =>
  organizations(context)
    .map(({ identifier }) => identifier)
    .filter((identifier) => context.metadata.users.get(identifier, email) !== undefined);

/**
 * Makes a member. An account of another organisation keeps its names and password, whatever is given here.
 * @throws ReplyError 400 when the address is none, or a member's
 */
export async function addMember(
  context: ServerContext,
  organization: string,
  { password, ...member }: NewMember,
): Promise<UserRecord> {
  const email = member.email.trim().toLowerCase();
  if (!looksLikeEmail(email)) throw failure(400, "Invalid Email address");
  if (email === context.options.rootUser || context.metadata.users.get(organization, email))
    throw failure(400, "User already exists");
  const [home] = membershipsOf(context, email);
  const account = home === undefined ? undefined : context.metadata.users.get(home, email);
  const record: UserRecord = {
    ...(account ?? {
      ...member,
      email,
      ...(password !== undefined && { passwordHash: hashPassword(password) }),
      token: context.ids.token(16),
    }),
    role: member.role,
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

/** Writes an account in every organisation that it is a member of. */
export async function saveMember(context: ServerContext, changed: UserRecord): Promise<void> {
  for (const identifier of membershipsOf(context, changed.email)) {
    const { role } = member(context, identifier, changed.email);
    await context.metadata.users.put(identifier, changed.email, { ...changed, role });
  }
}

/**
 * As the server: an account with one organisation is deleted, even when it is asked to leave another.
 * @throws ReplyError 403 for the root user, 404 for one that the server does not know
 */
export async function removeMember(
  context: ServerContext,
  organization: string,
  address: string,
): Promise<void> {
  const email = address.toLowerCase();
  if (email === context.options.rootUser) throw failure(403, "Not Allowed");
  const [only, ...others] = membershipsOf(context, email);
  if (only === undefined) throw failure(404, "User for the organization not found");
  await context.metadata.users.delete(others.length === 0 ? only : organization, email);
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
