import type { ServerContext } from "../context.js";
import type { OrganizationRecord } from "../store/records.js";

export const defaultOrganization = "default";

/** Ingest into an unknown organisation makes it, under the name that the path had. */
export async function ensureOrganization(context: ServerContext, identifier: string): Promise<void> {
  if (organization(context, identifier)) return;
  await saveOrganization(context, {
    identifier,
    name: identifier,
    type: identifier === defaultOrganization ? "default" : "custom",
    createdAt: context.clock.micros(),
  });
}

export const organization = (
  { metadata }: ServerContext,
  identifier: string,
): OrganizationRecord | undefined => metadata.organizations.get("", identifier);

export const saveOrganization = ({ metadata }: ServerContext, record: OrganizationRecord): Promise<void> =>
  metadata.organizations.put("", record.identifier, record);

export const organizations = ({ metadata }: ServerContext): readonly OrganizationRecord[] =>
  metadata.organizations.list("");
