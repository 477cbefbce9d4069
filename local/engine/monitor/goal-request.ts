import { fileURLToPath } from "node:url";
import { relative, sep } from "node:path";

import { type Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import { type ReadResourceRequest, type RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { type SourcePosition, type StackTrace } from "@pulumi/pulumi/proto/source_pb";

import { EngineError } from "../errors.js";
import { type Alias, type Goal, newGoal } from "../plan/goal.js";
import { type CustomTimeouts, type StackFrame } from "../state/resource-state.js";
import { withAssetHashes } from "../values/assets.js";
import { fromStruct, fromWire } from "../values/wire.js";

/** What paths in a request are relative to. */
export interface ProjectPaths {
  readonly rootDirectory: string;
  readonly programDirectory: string;
}

/** Reads a registration. Source positions become relative to the project, as they are stored. */
export function readGoal(
  request: RegisterResourceRequest,
  { rootDirectory, programDirectory }: ProjectPaths,
): Goal {
  const properties = withAssetHashes(fromStruct(request.getObject()), programDirectory);
  const dependencies = request.getDependenciesList();
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    properties,
    parent: request.getParent(),
    provider: "",
    dependencies,
    propertyDependencies: readPropertyDependencies(request, Object.keys(properties), dependencies),
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deletedWith: request.getDeletedwith(),
    replaceWith: request.getReplaceWithList(),
    deleteBeforeReplace:
      request.getDeletebeforereplacedefined() || request.getDeletebeforereplace()
        ? request.getDeletebeforereplace()
        : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    replacementTrigger: fromWire(request.getReplacementTrigger()?.toJavaScript() ?? null),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [...request.getAliasurnsList().map(aliasByUrn), ...request.getAliasesList().map(readAlias)],
    importId: request.getImportid(),
    customTimeouts: readTimeouts(request),
    sourcePosition: readPosition(request.getSourceposition(), rootDirectory),
    stackTrace: readStackTrace(request.getStacktrace(), rootDirectory),
  };
}

/** Reads the request to read a resource. */
export function readReadGoal(
  request: ReadResourceRequest,
  { rootDirectory, programDirectory }: ProjectPaths,
): Goal {
  return newGoal({
    type: request.getType(),
    name: request.getName(),
    custom: true,
    properties: withAssetHashes(fromStruct(request.getProperties()), programDirectory),
    parent: request.getParent(),
    dependencies: request.getDependenciesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    sourcePosition: readPosition(request.getSourceposition(), rootDirectory),
    stackTrace: readStackTrace(request.getStacktrace(), rootDirectory),
  });
}

/** Without per-property dependencies every property depends on everything. */
function readPropertyDependencies(
  request: RegisterResourceRequest,
  names: readonly string[],
  dependencies: readonly string[],
): Record<string, string[]> {
  const map = request.getPropertydependenciesMap();
  if (map.getLength() === 0) return Object.fromEntries(names.map((name) => [name, [...dependencies]]));
  return Object.fromEntries(
    [...map.entries()].map(([name, urns]: [string, { getUrnsList(): string[] }]) => [
      name,
      urns.getUrnsList(),
    ]),
  );
}

const noAlias: Alias = { urn: "", name: "", type: "", stack: "", project: "", parent: "", noParent: false };

function aliasByUrn(urn: string): Alias {
  return { ...noAlias, urn };
}

function readAlias(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (!spec) return aliasByUrn(message.getUrn());
  return {
    urn: "",
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
    noParent: spec.getNoparent(),
  };
}

function readTimeouts(request: RegisterResourceRequest): CustomTimeouts | undefined {
  const timeouts = request.getCustomtimeouts();
  if (!timeouts) return undefined;
  return {
    create: seconds(timeouts.getCreate()),
    update: seconds(timeouts.getUpdate()),
    delete: seconds(timeouts.getDelete()),
    read: seconds(timeouts.getRead()),
  };
}

const unitSeconds: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Reads a duration in Go's notation, `1h5m30s`. */
function seconds(text: string): number {
  if (text === "") return 0;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new EngineError(`unable to parse customTimeout value "${text}": write it as in 5m, 40s or 1h30m`);
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitSeconds[unit ?? ""] ?? 0),
    0,
  );
}

function readPosition(position: SourcePosition | undefined, rootDirectory: string): string {
  if (!position?.getUri().startsWith("file:")) return "";
  const path = relative(rootDirectory, fileURLToPath(position.getUri())).split(sep).join("/");
  const column = position.getColumn();
  return `project:///${encodeURI(path)}#${position.getLine()}${column > 0 ? `,${column}` : ""}`;
}

function readStackTrace(trace: StackTrace | undefined, rootDirectory: string): StackFrame[] {
  return (trace?.getFramesList() ?? []).map((frame) => {
    const sourcePosition = readPosition(frame.getPc(), rootDirectory);
    return sourcePosition === "" ? {} : { sourcePosition };
  });
}
