import type { Kind } from "../base/kind.js";
import { TakeOverRefusedError } from "../base/take-over.js";
import type { ServerOrganization } from "../client/index.js";
import { type OrganizationInputs, organizationSchema } from "./args.js";

export const organizationKind: Kind<OrganizationInputs> = {
  name: "Organization",
  schema: organizationSchema,
  comparable: (inputs) => ({ ...inputs }),
  replaceOn: [],
};

/**
 * The organisation of a name, which is all that makes one, so that it equals the arguments and is adopted.
 *
 * @throws TakeOverRefusedError when several have the name, as the server allows
 */
export function onlyOneNamed(
  name: string,
  organizations: readonly ServerOrganization[],
): ServerOrganization | undefined {
  const named = organizations.filter((organization) => organization.name === name);
  const [first, second] = named;
  if (second === undefined) return first;
  const identifiers = named.map(({ identifier }) => identifier).join(", ");
  throw new TakeOverRefusedError(
    `${named.length} organizations are named ${JSON.stringify(name)} (${identifiers}), and nothing says which ` +
      "is meant. Rename all but one, or choose another name.",
  );
}
