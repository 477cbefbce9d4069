import type { Output } from "@pulumi/pulumi";
import type { Inputs } from "../base/inputs.js";
import { ask, asOutput, found, onlyOne } from "./lookup.js";

export interface GetAccountArgs {
  /** E-mail address; the server keeps it in lower case. */
  email: string;
}

/** A service account or a user, without token or password. */
export interface AccountResult {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

/**
 * A service account of this organisation that is there already. Its token is told only when it is made or
 * rotated, so keep that where programs get it from.
 *
 * @throws LookupError when there is none of that address
 */
export function getServiceAccount({ email }: GetAccountArgs): Promise<AccountResult> {
  const address = email.toLowerCase();
  return ask(async ({ serviceAccounts }) =>
    accountFrom(found(`service account ${address}`, await serviceAccounts.get(address))),
  );
}

/** {@link getServiceAccount} for arguments that are outputs. */
export function getServiceAccountOutput(args: Inputs<GetAccountArgs>): Output<AccountResult> {
  return asOutput(getServiceAccount, args);
}

/**
 * A user of this organisation that is there already.
 *
 * @throws LookupError when there is none of that address
 */
export function getUser({ email }: GetAccountArgs): Promise<AccountResult> {
  const address = email.toLowerCase();
  return ask(async ({ users }) => accountFrom(found(`user ${address}`, await users.get(address))));
}

/** {@link getUser} for arguments that are outputs. */
export function getUserOutput(args: Inputs<GetAccountArgs>): Output<AccountResult> {
  return asOutput(getUser, args);
}

interface Names {
  readonly email: string;
  readonly first_name?: string | null | undefined;
  readonly last_name?: string | null | undefined;
}

const accountFrom = ({ email, first_name, last_name }: Names): AccountResult => ({
  email,
  firstName: first_name ?? "",
  lastName: last_name ?? "",
});

export interface GetOrganizationByNameArgs {
  name: string;
}

export interface OrganizationResult {
  readonly name: string;
  readonly identifier: string;
}

/**
 * An organisation of the server that is there already.
 *
 * @throws LookupError when there is none of that name, or several
 */
export function getOrganizationByName({ name }: GetOrganizationByNameArgs): Promise<OrganizationResult> {
  return ask(async ({ organizations }) => {
    const named = (await organizations.list()).filter((each) => each.name === name);
    const { identifier } = onlyOne(`organization ${JSON.stringify(name)}`, named, (each) => each.identifier);
    return { name, identifier };
  });
}

/** {@link getOrganizationByName} for arguments that are outputs. */
export function getOrganizationByNameOutput(
  args: Inputs<GetOrganizationByNameArgs>,
): Output<OrganizationResult> {
  return asOutput(getOrganizationByName, args);
}
