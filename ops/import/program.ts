import { type FoundKind, foundKinds, type FoundObject, type Scan } from "./finding.js";
import { SafeNames } from "./names.js";
import { isReceiver, ProgramSecrets, type SecretSetting } from "./program-secrets.js";
import { projectFiles } from "./project-files.js";
import { Expression, literal, sourceText } from "./source-text.js";

/** A program that takes over what a scan found. */
export interface ImportedProgram {
  /** Name of the Pulumi project; its config keys have it as their namespace. */
  readonly project: string;
  /** Text of each file, by its path within the program's folder. */
  readonly files: ReadonlyMap<string, string>;
  /** What was left out because it is a credential, and must be set before the first deployment. */
  readonly secrets: readonly SecretSetting[];
}

export interface ProgramOptions {
  readonly organization: string;
  /** Credentials that must not be written wherever they stand, such as the operator's own. */
  readonly knownSecrets: readonly string[];
}

/** Module of each kind; dashboards have a file each. */
const modules: Readonly<Record<FoundKind, string>> = {
  Organization: "organizations",
  Stream: "streams",
  EnrichmentTable: "tables",
  Function: "functions",
  Folder: "folders",
  AlertTemplate: "templates",
  AlertDestination: "destinations",
  PipelineDestination: "remotes",
  Pipeline: "pipelines",
  Alert: "alerts",
  Dashboard: "dashboards",
  SavedView: "views",
  ServiceAccount: "accounts",
  User: "users",
};

/** Names that a module of the program uses itself. */
const ownNames = [...Object.values(modules), "config", "concat", "exports", "require", "module"];

interface NamedObject extends FoundObject {
  readonly constant: string;
  /** Name of the resource. */
  readonly resource: string;
}

/** Writes the program: a module a kind, a file a dashboard, references where the server has names and ids. */
export function writeProgram({ objects }: Scan, options: ProgramOptions): ImportedProgram {
  const named = foundKinds.flatMap((kind) => nameAll(objects.filter((object) => object.kind === kind)));
  const secrets = new ProgramSecrets([...options.knownSecrets, ...receiverSecrets(objects)]);
  const files = new Map<string, string>();
  const imports: string[] = [];
  for (const kind of foundKinds) {
    const ofKind = named.filter((object) => object.kind === kind);
    const apart = kind === "Dashboard" ? ofKind.map((object) => [object]) : [ofKind];
    for (const group of apart.filter(({ length }) => length > 0)) {
      const path = kind === "Dashboard" ? `dashboards/${group[0]?.resource ?? ""}` : modules[kind];
      files.set(`${path}.ts`, moduleText(kind, group, named, secrets));
      imports.push(`import "./${path}";`);
    }
  }
  files.set("index.ts", `${heading}\n${imports.join("\n")}\n`);
  const project = `imported-${new SafeNames().file(options.organization, "organization")}`;
  for (const [path, text] of projectFiles({ project, ...options, secrets: secrets.settings }))
    files.set(path, text);
  return { project, files, secrets: secrets.settings };
}

const heading = "// Written by o2cqrs import: what the server had. Yours to change from here on.";

/** The server lists in no order that lasts. */
function nameAll(objects: readonly FoundObject[]): NamedObject[] {
  const constants = new SafeNames(ownNames);
  const resources = new SafeNames();
  return [...objects]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((object) => {
      const text = object.name.slice(object.name.indexOf("/") + 1);
      const fallback = object.kind.toLowerCase();
      return {
        ...object,
        constant: constants.constant(text, fallback),
        resource: resources.file(text, fallback),
      };
    });
}

/** Addresses and headers of receivers may stand in templates and dashboards as well. */
function receiverSecrets(objects: readonly FoundObject[]): string[] {
  const receivers = objects.filter(({ kind }) => isReceiver(kind));
  return receivers.flatMap(({ args: { url, headers } }) =>
    [url, ...Object.values((headers ?? {}) as Readonly<Record<string, unknown>>)].filter(
      (value) => typeof value === "string",
    ),
  );
}

function moduleText(
  kind: FoundKind,
  objects: readonly NamedObject[],
  all: readonly NamedObject[],
  secrets: ProgramSecrets,
): string {
  const used = new Set<string>();
  const refer = (to: FoundKind, isIt: (object: NamedObject) => boolean, output = "name") => {
    const object = all.find((each) => each.kind === to && isIt(each));
    if (object === undefined) return undefined;
    used.add(modules[to]);
    return new Expression(`${modules[to]}.${object.constant}.${output}`);
  };
  const depth = kind === "Dashboard" ? "../" : "./";
  const before = secrets.count;
  const body = objects
    .map((object) => {
      const args = withReferences(object, refer);
      const written = { ...secrets.takeOut(object.constant, kind, object.name, args), ...adoption(kind) };
      const text = sourceText(written, (value) => secrets.write(value, object.constant, object.name));
      return `export const ${object.constant} = new ${kind}(${literal(object.resource)}, ${text});\n`;
    })
    .join("\n");
  const imports = [
    `import { ${kind} } from "@o2cqrs/providers";`,
    ...(body.includes("concat(") ? [`import { concat } from "@pulumi/pulumi";`] : []),
    ...(secrets.count > before ? [`import { config } from "${depth}config";`] : []),
    ...[...used].sort().map((name) => `import * as ${name} from "${depth}${name}";`),
  ];
  return `${heading}\n${imports.join("\n")}\n\n${body}`;
}

/** Streams are always taken over, as ingest makes them, and so are organisations. */
const adoption = (kind: FoundKind) => (kind === "Stream" || kind === "Organization" ? {} : { adopt: true });

type Refer = (
  to: FoundKind,
  isIt: (object: NamedObject) => boolean,
  output?: string,
) => Expression | undefined;

type Args = Readonly<Record<string, unknown>>;

/** References order the deployment and follow a change of name; what is not in the program stays as it is. */
function withReferences({ kind, args }: FoundObject, refer: Refer): Args {
  const named = (to: FoundKind, name: unknown) => refer(to, (object) => object.args.name === name) ?? name;
  const stream = (name: unknown, type: unknown = "logs") =>
    refer("Stream", (object) => object.args.name === name && (object.args.type ?? "logs") === type) ?? name;
  const folder = (id: unknown) =>
    id === undefined ? undefined : (refer("Folder", (object) => object.id === id, "folderId") ?? id);
  switch (kind) {
    case "AlertDestination":
      return { ...args, template: named("AlertTemplate", args.template) };
    case "Alert":
      return {
        ...args,
        stream: stream(args.stream, args.streamType),
        destinations: (args.destinations as unknown[]).map((name) => named("AlertDestination", name)),
        folder: folder(args.folder),
      };
    case "Dashboard":
      return { ...args, folder: folder(args.folder) };
    case "Pipeline":
      return {
        ...args,
        source: withStream(args.source as Args, stream),
        ...(args.nodes !== undefined && {
          nodes: eachOf(args.nodes as Readonly<Record<string, Args>>, (node) =>
            node.kind === "function" ? { ...node, function: named("Function", node.function) } : node,
          ),
        }),
        outputs: eachOf(args.outputs as Readonly<Record<string, Args>>, (output) =>
          output.kind === "remote"
            ? { ...output, destination: named("PipelineDestination", output.destination) }
            : withStream(output, stream),
        ),
      };
    default:
      return args;
  }
}

const withStream = (part: Args, stream: (name: unknown, type?: unknown) => unknown): Args =>
  part.kind === "stream" ? { ...part, stream: stream(part.stream, part.streamType) } : part;

const eachOf = (parts: Readonly<Record<string, Args>>, change: (part: Args) => Args) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, change(part)]));
