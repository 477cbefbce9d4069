import { type DeploymentJson, formatVersion, type ResourceJson } from "./format.js";

/** Bytes of the properties that were written before: in a run most stay as they are from one write to the next. */
const written = new WeakMap<object, Buffer>();

/** Pieces of a file, in order. */
type Pieces = readonly (string | Buffer)[];

/**
 * What a state file holds: JSON, each resource on a line of its own. The same object is taken to be the same
 * properties, so it must not be changed once it was written.
 */
export function stateBytes(deployment: DeploymentJson): Buffer {
  const { resources, ...rest } = deployment;
  const members = present(rest).map(([name, value]) => member(name, JSON.stringify(value)));
  if (resources) members.push(['"resources":[\n', ...between(resources.map(resourcePieces), ",\n"), "\n]"]);
  return joined([`{"version":${formatVersion},"deployment":`, ...object(members), "}\n"]);
}

/** Encodes what lies between two pieces of bytes at once. */
function joined(pieces: Pieces): Buffer {
  const chunks: Buffer[] = [];
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") {
      text += piece;
      continue;
    }
    chunks.push(Buffer.from(text), piece);
    text = "";
  }
  return Buffer.concat([...chunks, Buffer.from(text)]);
}

function resourcePieces(resource: ResourceJson): Pieces {
  return object(
    present(resource).map(([name, value]) =>
      member(
        name,
        name === "inputs" || name === "outputs" ? remembered(value as object) : JSON.stringify(value),
      ),
    ),
  );
}

function remembered(properties: object): Buffer {
  const bytes = written.get(properties) ?? Buffer.from(JSON.stringify(properties));
  written.set(properties, bytes);
  return bytes;
}

/** JSON leaves out what is undefined. */
const present = (fields: object): [string, unknown][] =>
  Object.entries(fields).filter(([, value]) => value !== undefined);

const member = (name: string, value: string | Buffer): Pieces => [`${JSON.stringify(name)}:`, value];

const object = (members: readonly Pieces[]): Pieces => ["{", ...between(members, ","), "}"];

const between = (all: readonly Pieces[], separator: string): Pieces =>
  all.flatMap((pieces, n) => (n === 0 ? pieces : [separator, ...pieces]));
