import type { ServerContext } from "../context.js";
import { refusedByGuard } from "../destinations/guard.js";
import { prebuiltDestinations } from "../destinations/prebuilt.js";
import { send } from "../destinations/send.js";
import {
  array,
  boolean,
  type Decoded,
  type Decoder,
  either,
  object,
  optional,
  record,
  string,
  struct,
  variant,
  withDefault,
} from "../serde/decoder.js";
import { failure, json, message, ok, type Reply, unsupported } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import { hasForbiddenCharacter } from "../store/names.js";
import type { DestinationRecord } from "../store/records.js";
import { findTemplate } from "../templates/find.js";
import type { VersionBehaviour } from "../versions.js";

/** Destinations: where alerts and pipelines send to. */
export const destinationRoutes: Area = () => [
  get("/api/:org/alerts/destinations", list),
  post("/api/:org/alerts/destinations", create),
  post("/api/:org/alerts/destinations/test", test),
  get("/api/:org/alerts/destinations/prebuilt", () => json(200, prebuiltDestinations)),
  get("/api/:org/alerts/destinations/:name", getOne),
  put("/api/:org/alerts/destinations/:name", update),
  del("/api/:org/alerts/destinations/:name", remove),
];

const indexed = object({ esbulk: object({ index: string }) });
const separated = object({ stringseparated: object({ separator: string }) });
const formats = ["json", "ndjson", "nestedevent", "esbulk"] as const;

const outputFormat = ({ separatedFormat }: VersionBehaviour["destinations"]): Decoder<unknown> =>
  separatedFormat
    ? either<unknown>(separated, indexed, variant(...formats, "stringseparated"))
    : either<unknown>(indexed, variant(...formats));

const bodyFor = (behaviour: VersionBehaviour["destinations"]) =>
  struct("struct Destination", {
    name: withDefault(string, () => ""),
    url: withDefault(string, () => ""),
    method: withDefault(variant("post", "put", "get"), () => "post" as const),
    skip_tls_verify: withDefault(boolean, () => false),
    headers: optional(record(string)),
    template: optional(string),
    emails: withDefault(array(string), () => []),
    sns_topic_arn: optional(string),
    aws_region: optional(string),
    type: withDefault(variant("http", "email", "sns"), () => "http" as const),
    output_format: optional(outputFormat(behaviour)),
    destination_type_name: optional(string),
    metadata: withDefault<Record<string, string>>(record(string), () => ({})),
  });

const present = ({ module: _, ...destination }: DestinationRecord): unknown => destination;

function list({ organization, query }: ServerRequest, { metadata }: ServerContext): Reply {
  const module = query.get("module");
  const found = metadata.destinations
    .list(organization)
    .filter((destination) => module === null || destination.module === module)
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  return json(200, found.map(present));
}

function getOne(request: ServerRequest, context: ServerContext): Reply {
  return json(200, present(existing(context, request.organization, request.parameter("name"))));
}

function existing({ metadata }: ServerContext, organization: string, name: string): DestinationRecord {
  const destination = metadata.destinations.get(organization, name);
  if (!destination) throw failure(404, "Destination not found");
  return destination;
}

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { destinations } = context.metadata;
  const destination = read(request, context, "");
  if (destinations.get(request.organization, destination.name))
    throw failure(400, "Destination with the same name already exists");
  assertTemplate(destination);
  await destinations.put(request.organization, destination.name, kept(request, context, destination));
  return ok("Destination saved", { id: context.ids.ksuid(), name: destination.name });
}

/** The name in the path wins over the one in the body: nothing is renamed. */
async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const destination = read(request, context, request.parameter("name"));
  existing(context, request.organization, destination.name);
  assertTemplate(destination);
  await context.metadata.destinations.put(
    request.organization,
    destination.name,
    kept(request, context, destination),
  );
  return ok("Destination updated");
}

function read(request: ServerRequest, { version }: ServerContext, pathName: string): DestinationRecord {
  const given = request.json(bodyFor(version.destinations));
  const module = request.query.get("module") === "pipeline" ? "pipeline" : "alert";
  const broken = brokenTarget(given, module);
  if (broken !== undefined) throw failure(400, broken);
  const name = (pathName || given.name).trim();
  if (name === "") throw failure(400, "Destination name cannot be empty");
  if (hasForbiddenCharacter(name))
    throw failure(
      400,
      "Destination name cannot contain ':', '#', '?', '&', '%', '/', quotes and space characters",
    );
  const target = withoutTemplate(given);
  if (module === "pipeline") return stored({ ...target, name, module, type: "http", emails: [] });
  return stored({ ...target, name, module, template: templateOf(given) });
}

type Given = Decoded<ReturnType<typeof bodyFor>>;

const withoutTemplate = ({ template: _, ...rest }: Given): Omit<Given, "template"> => rest;

/** A service that the server knows brings its own template; an empty name is none. */
function templateOf({ template, destination_type_name: service }: Given): string | undefined {
  if (template !== undefined && template !== "") return template;
  return service !== undefined && service !== "custom" ? `prebuilt_${service}` : undefined;
}

/** What was not given is not kept. */
const stored = (given: Partial<Given> & Pick<DestinationRecord, "module">): DestinationRecord =>
  Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as unknown as DestinationRecord;

function brokenTarget(given: Given, module: "alert" | "pipeline"): string | undefined {
  if (given.type === "http" || module === "pipeline")
    return given.url === "" ? "HTTP destination must have a url" : undefined;
  if (given.type === "sns")
    return given.sns_topic_arn && given.aws_region
      ? undefined
      : "SNS destination must have Topic ARN and Region";
  return given.emails.length === 0
    ? "Email destination must have at least one email recipient"
    : "Email destination must have SMTP configured";
}

function assertTemplate({ module, template }: DestinationRecord): void {
  if (module === "alert" && !template) throw failure(400, "Alert destination must have a template");
}

/** The name of a template that does not exist is dropped without a word. */
function kept(
  { organization }: ServerRequest,
  context: ServerContext,
  destination: DestinationRecord,
): DestinationRecord {
  const { template, ...rest } = destination;
  return template !== undefined && findTemplate(context, organization, template) ? destination : rest;
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const name = request.parameter("name");
  const { alerts, pipelines, destinations } = context.metadata;
  const alert = alerts.list(organization).find((each) => each.destinations.includes(name));
  if (alert) return message(409, `Destination is currently used by alert: ${alert.name}`);
  const pipeline = pipelines
    .list(organization)
    .find(({ nodes }) => nodes.some(({ data }) => data.destination_name === name));
  if (pipeline) return message(409, `Destination is currently used by pipeline: ${pipeline.name}`);
  existing(context, organization, name);
  await destinations.delete(organization, name);
  return ok("Alert destination deleted");
}

const testBody = struct("struct TestDestinationRequest", {
  type: optional(string),
  url: withDefault(string, () => ""),
  method: optional(string),
  skip_tls_verify: optional(boolean),
  headers: optional(record(string)),
  body: optional(string),
});

/** Really sends, except to where the guard forbids. What goes wrong is told with 200. */
async function test(request: ServerRequest, { options, version }: ServerContext): Promise<Reply> {
  const {
    type,
    url,
    method = "POST",
    skip_tls_verify,
    headers = {},
    body: sent = "",
  } = request.json(testBody);
  if (type === "email") throw unsupported("e-mail");
  const allowLoopback = version.destinations.loopbackOption && options.allowLoopbackDestinations;
  const refused = refusedByGuard(url, allowLoopback);
  if (refused !== undefined) return tested({ success: false, error: refused });
  try {
    const skipTlsVerify = skip_tls_verify ?? false;
    const answer = await send({ url, method: method.toUpperCase(), headers, body: sent, skipTlsVerify });
    const success = answer.status >= 200 && answer.status < 300;
    return tested({ success, statusCode: answer.status, responseBody: answer.body });
  } catch (error) {
    return tested({
      success: false,
      error: `HTTP request failed: error sending request for url (${url}): ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

interface TestResult {
  readonly success: boolean;
  readonly statusCode?: number;
  readonly responseBody?: string;
  readonly error?: string;
}

const tested = ({ success, statusCode, responseBody, error }: TestResult): Reply =>
  json(200, {
    success,
    statusCode: statusCode ?? null,
    responseBody: responseBody ?? null,
    error: error ?? null,
  });
