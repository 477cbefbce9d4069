import { type OpenObserve } from "@o2cqrs/providers/client";
import { organizationKind } from "@o2cqrs/providers/organization/rules";
import { existingFrom as accountFrom, serviceAccountKind } from "@o2cqrs/providers/service-account/rules";
import { existingFrom as userFrom, userKind } from "@o2cqrs/providers/user/rules";
import { ambiguous, type Finding, judge, leftOut } from "./finding.js";

/** The server's own organisation, which is always there. */
const defaultOrganization = "default";

/** The organisation itself, where the server lists it. */
export async function organization(server: OpenObserve): Promise<Finding[]> {
  if (server.organization === defaultOrganization) return [];
  const all = await server.organizations.list();
  return all
    .filter(({ identifier }) => identifier === server.organization)
    .map(({ name }) =>
      all.filter((other) => other.name === name).length > 1
        ? ambiguous("Organization", name)
        : judge(organizationKind, name, { name }),
    );
}

export async function serviceAccounts(server: OpenObserve): Promise<Finding[]> {
  const readable = (await server.capabilities()).has("serviceAccountTokenReadable");
  return (await server.serviceAccounts.list()).map((account): Finding => {
    if (readable) return judge(serviceAccountKind, account.email, accountFrom(account, "").inputs);
    const reason =
      "its token cannot be read from this server again: to take it over is to rotate its token (o2cqrs token rotate)";
    return leftOut("ServiceAccount", account.email, reason);
  });
}

/** The role that the deployment's own people have; root is the server's, service accounts are found apart. */
const personRole = "admin";

/** Stands for the password until the program's config takes its place; it never leaves this process. */
const anyPassword = "a password that is not known";

/** People. The server tells no password, so a program that has them needs one for each from its config. */
export async function users(server: OpenObserve, { users: wanted = false }): Promise<Finding[]> {
  const people = (await server.users.list()).filter(({ role }) => role === personRole);
  return people.map((user) =>
    wanted
      ? judge(userKind, user.email, userFrom(user, anyPassword).inputs)
      : leftOut("User", user.email, "the server tells no password; with --users the program asks for it"),
  );
}
