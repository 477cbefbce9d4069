import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { ServerServiceAccount, ServiceAccountBody } from "../client/index.js";
import { type ServiceAccountInputs, serviceAccountSchema } from "./args.js";

export const serviceAccountKind: Kind<ServiceAccountInputs> = {
  name: "ServiceAccount",
  schema: serviceAccountSchema,
  comparable: (inputs) => ({ ...inputs }),
  replaceOn: ["email"],
};

export function accountBody({ email, firstName, lastName }: ServiceAccountInputs): ServiceAccountBody {
  return { email, first_name: firstName, last_name: lastName };
}

/** An account as the server has it, in terms of arguments; what was said of rotation only the state knows. */
export function existingFrom(
  account: ServerServiceAccount,
  rotation: string,
): Existing<ServiceAccountInputs> {
  return {
    inputs: {
      email: account.email,
      firstName: account.first_name ?? "",
      lastName: account.last_name ?? "",
      rotation,
      adopt: false,
    },
    marker: undefined,
  };
}

/**
 * Whether a token can still be the account's. Newer servers show its first characters and asterisks, and
 * never the whole again; one that begins otherwise was rotated elsewhere.
 */
export function mayStillBe(token: string, shown: string | null | undefined): boolean {
  const visible = /^([^*]+)\*+$/.exec(shown ?? "")?.[1];
  return visible === undefined || token.startsWith(visible);
}
