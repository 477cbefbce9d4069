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
  const members = Object.entries(rest).map(([name, value]) => member(name, JSON.stringify(value)));
  if (resources)
    members.push(member("resources", "[\n", ...between(resources.map(resourcePieces), ",\n"), "\n]"));
  const pieces = [`{"version":${formatVersion},"deployment":`, ...object(members), "}\n"];
  return joined(pieces);
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
    Object.entries(resource).map(([name, value]) =>
      name === "inputs" || name === "outputs"
        ? member(name, remembered(value as object))
        : member(name, JSON.stringify(value)),
    ),
  );
}

function remembered(properties: object): Buffer {
  const bytes = written.get(properties) ?? Buffer.from(JSON.stringify(properties));
  written.set(properties, bytes);
  return bytes;
}

/** @param value undefined for what JSON leaves out */
const member = (name: string, ...value: readonly (string | Buffer | undefined)[]): Pieces =>
  value.includes(undefined) ? [] : [`${JSON.stringify(name)}:`, ...(value as Pieces)];

const object = (members: readonly Pieces[]): Pieces => [
  "{",
  ...between(
    members.filter((pieces) => pieces.length > 0),
    ",",
  ),
  "}",
];

const between = (all: readonly Pieces[], separator: string): Pieces =>
  all.flatMap((pieces, n) => (n === 0 ? pieces : [separator, ...pieces]));
