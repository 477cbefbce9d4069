import type { ServerContext } from "../context.js";
import { defaultOrganization } from "../organizations/registry.js";
import type { TemplateRecord } from "../store/records.js";

/** The templates of the organisation `default` are everybody's. */
export const findTemplate = (
  { metadata }: ServerContext,
  organization: string,
  name: string,
): TemplateRecord | undefined =>
  metadata.templates.get(organization, name) ?? metadata.templates.get(defaultOrganization, name);
