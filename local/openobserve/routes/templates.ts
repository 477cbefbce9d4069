import type { ServerContext } from "../context.js";
import { defaultOrganization } from "../organizations/registry.js";
import { optional, boolean, string, struct, variant, withDefault } from "../serde/decoder.js";
import { failure, json, message, ok, type Reply } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import { hasForbiddenCharacter } from "../store/names.js";
import type { TemplateRecord } from "../store/records.js";
import { findTemplate } from "../templates/find.js";
import { prebuiltTemplates } from "../templates/prebuilt.js";

/** Templates of the messages that alerts send. */
export const templateRoutes: Area = () => [
  get("/api/:org/alerts/templates", list),
  post("/api/:org/alerts/templates", create),
  get("/api/:org/alerts/templates/system/prebuilt", () => json(200, prebuiltTemplates)),
  get("/api/:org/alerts/templates/:name", getOne),
  put("/api/:org/alerts/templates/:name", update),
  del("/api/:org/alerts/templates/:name", remove),
];

const body = struct("struct Template", {
  name: withDefault(string, () => ""),
  body: withDefault(string, () => ""),
  isDefault: optional(boolean),
  type: withDefault(variant("http", "email", "sns"), () => "http" as const),
  title: withDefault(string, () => ""),
});

function list({ organization }: ServerRequest, { metadata }: ServerContext): Reply {
  const own = metadata.templates.list(organization);
  const shared = organization === defaultOrganization ? [] : metadata.templates.list(defaultOrganization);
  const all = new Map([...shared, ...own].map((template) => [template.name, template]));
  return json(
    200,
    [...all.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
  );
}

function getOne(request: ServerRequest, context: ServerContext): Reply {
  return json(200, existing(context, request.organization, request.parameter("name")));
}

function existing(context: ServerContext, organization: string, name: string): TemplateRecord {
  const template = findTemplate(context, organization, name);
  if (!template) throw failure(404, "Template not found");
  return template;
}

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const template = read(request, "");
  if (findTemplate(context, organization, template.name))
    throw failure(400, "Template with the same name already exists");
  await context.metadata.templates.put(organization, template.name, template);
  return ok("Template saved", { id: context.ids.ksuid(), name: template.name });
}

/** The name in the path wins over the one in the body: nothing is renamed. */
async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const template = read(request, request.parameter("name"));
  existing(context, organization, template.name);
  const owner = context.metadata.templates.get(organization, template.name)
    ? organization
    : defaultOrganization;
  await context.metadata.templates.put(owner, template.name, template);
  return ok("Template updated");
}

function read(request: ServerRequest, pathName: string): TemplateRecord {
  const given = request.json(body);
  if (given.body === "") throw failure(400, "Template body cannot be empty");
  const name = (pathName || given.name).trim();
  if (name === "") throw failure(400, "Template name cannot be empty");
  if (hasForbiddenCharacter(name))
    throw failure(
      400,
      "Template name cannot contain ':', '#', '?', '&', '%', '/', quotes and space characters",
    );
  if (given.type === "email" && given.title === "")
    throw failure(400, "Email Template cannot have empty title");
  return {
    name,
    body: given.body,
    isDefault: request.organization === defaultOrganization ? true : null,
    type: given.type,
    title: given.type === "email" ? given.title : "",
  };
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const name = request.parameter("name");
  const { destinations, alerts, templates } = context.metadata;
  // One of the same name that `default` uses keeps this one, though nothing uses it (seen on v0.90.3).
  const organizations = new Set([organization, defaultOrganization]);
  const uses = ({ template }: { readonly template?: string | null }) => template === name;
  const destination = [...organizations].flatMap((each) => destinations.list(each)).find(uses);
  if (destination) return message(409, `Template is in use for destination ${destination.name}`);
  const alert = [...organizations].flatMap((each) => alerts.list(each)).find(uses);
  if (alert) return message(400, `Template is in use for alert ${alert.name}`);
  if (!templates.get(organization, name)) throw failure(404, "Template not found");
  await templates.delete(organization, name);
  return ok("Template deleted");
}
