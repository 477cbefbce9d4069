import type { ServerContext } from "../context.js";
import { countArguments, dependents, endInEvent, looksLikeVrl } from "../functions/rules.js";
import {
  anything,
  array,
  type Decoder,
  optional,
  string,
  struct,
  u8,
  withDefault,
} from "../serde/decoder.js";
import { failure, HandlerPanic, json, message, ok, type Reply, unsupported } from "../server/reply.js";
import { type Area, del, get, post, put, type ServerRequest } from "../server/route.js";
import type { FunctionRecord } from "../store/records.js";
import { compileVrl } from "../vrl/compile.js";
import { runVrl } from "../vrl/run.js";

/** Functions: VRL programs that pipelines run. */
export const functionRoutes: Area = () => [
  get("/api/:org/functions", list),
  post("/api/:org/functions", create),
  post("/api/:org/functions/test", test),
  get("/api/:org/functions/:name", dependencies),
  put("/api/:org/functions/:name", update),
  del("/api/:org/functions/:name", remove),
];

const vrl = 0;
const javaScript = 1;
const onlyMeta =
  "JavaScript functions are only allowed in the '_meta' organization. Please use VRL functions for other organizations.";

const body = struct("struct Transform", {
  function: string,
  name: withDefault(string, () => ""),
  params: withDefault(string, () => ""),
  numArgs: withDefault(u8, () => 0),
  transType: withDefault<number | undefined>(optional(u8), () => vrl),
});

function list({ organization }: ServerRequest, { metadata }: ServerContext): Reply {
  return json(200, { list: metadata.functions.list(organization) });
}

/** Not the function but the pipelines that use it; an unknown name has none. */
function dependencies(request: ServerRequest, { metadata }: ServerContext): Reply {
  const pipelines = metadata.pipelines.list(request.organization);
  return json(200, { list: dependents(request.parameter("name"), pipelines) });
}

async function create(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const given = readFunction(request);
  if (context.metadata.functions.get(request.organization, given.name))
    throw failure(400, "Function already exist");
  return save(request, context, given);
}

/** An equal body answers the function instead of the message; another name in the body makes another function. */
async function update(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const given = readFunction(request);
  const known = context.metadata.functions.get(request.organization, request.parameter("name"));
  if (!known) throw failure(404, "Function not found");
  if (known.function === given.function && known.name === given.name && known.params === given.params)
    return json(200, { ...given, numArgs: request.json(body).numArgs });
  return save(request, context, given);
}

function readFunction(request: ServerRequest): FunctionRecord {
  const { transType, name, ...given } = request.json(body);
  if (transType === undefined) throw new HandlerPanic("transType is null");
  const source = given.function.trim();
  const trimmed = name.trim();
  if (trimmed === "") throw failure(400, "Function name cannot be empty");
  if (source === "") throw failure(400, "Function body cannot be empty");
  return {
    function: transType === vrl ? endInEvent(source) : source,
    name: trimmed,
    params: given.params,
    numArgs: countArguments(given.params),
    transType,
  };
}

async function save(request: ServerRequest, context: ServerContext, made: FunctionRecord): Promise<Reply> {
  const { organization } = request;
  assertVrl(organization, made.transType);
  assertCompiles(made.function);
  await context.metadata.functions.put(organization, made.name, made);
  context.events.emit("functionChanged", { organization, name: made.name });
  return ok("Function saved successfully");
}

function assertVrl(organization: string, transType: number): void {
  if (transType === javaScript && organization !== "_meta") throw failure(400, onlyMeta);
  if (transType === javaScript) throw unsupported("JavaScript functions");
  if (transType !== vrl) throw failure(400, "Invalid transform type. Use 0 for VRL or 1 for JS.");
}

function assertCompiles(source: string): void {
  const compiled = compileVrl(source);
  if (!compiled.ok) throw failure(400, compiled.error);
}

async function remove(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const name = request.parameter("name");
  const { functions, pipelines } = context.metadata;
  if (!functions.get(organization, name)) throw failure(404, "Function not found");
  const users = dependents(name, pipelines.list(organization));
  if (users.length > 0)
    return message(
      409,
      `Warning: Function '${name}' has ${users.length} pipeline dependencies. Please remove these pipelines first: ${JSON.stringify(users)}`,
    );
  await functions.delete(organization, name);
  context.events.emit("functionChanged", { organization, name });
  return ok("Function deleted");
}

const testBody: Decoder<{ function: string; events: unknown[]; trans_type: number | undefined }> = struct(
  "struct TestVRLRequest",
  { function: string, events: array(anything), trans_type: optional(u8) },
);

/** The key is `trans_type` here and `transType` above; without it the language is guessed. */
function test(request: ServerRequest): Reply {
  const { function: source, events, trans_type } = request.json(testBody);
  assertVrl(request.organization, trans_type ?? (looksLikeVrl(source) ? vrl : javaScript));
  const program = endInEvent(source);
  assertCompiles(program);
  return json(200, { results: events.map((event) => runOne(request.organization, program, event)) });
}

function runOne(organization: string, program: string, event: unknown): Record<string, unknown> {
  const run = runVrl(program, event);
  return run.ok
    ? { message: "", event: run.event }
    : { message: `${organization}/[""] vrl runtime error: ${run.error}`, event };
}
