import { type DeploymentJson, formatVersion, type ResourceJson } from "./format.js";

/** Text of the properties that were written before: in a run most stay as they are from one write to the next. */
const texts = new WeakMap<object, string>();

/**
 * What a state file holds: JSON, each resource on a line of its own. The same object is taken to be the same
 * properties, so it must not be changed once it was written.
 */
export function stateText(deployment: DeploymentJson): string {
  const { resources, ...rest } = deployment;
  const fields = Object.entries(rest).map(([name, value]) => field(name, JSON.stringify(value)));
  if (resources) fields.push(field("resources", `[\n${resources.map(resourceText).join(",\n")}\n]`));
  return `{"version":${formatVersion},"deployment":{${present(fields)}}}\n`;
}

function resourceText(resource: ResourceJson): string {
  const fields = Object.entries(resource).map(([name, value]) =>
    field(
      name,
      name === "inputs" || name === "outputs" ? remembered(value as object) : JSON.stringify(value),
    ),
  );
  return `{${present(fields)}}`;
}

function remembered(properties: object): string {
  const text = texts.get(properties) ?? JSON.stringify(properties);
  texts.set(properties, text);
  return text;
}

/** @param text undefined for what JSON leaves out */
const field = (name: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : `${JSON.stringify(name)}:${text}`;

const present = (fields: (string | undefined)[]): string =>
  fields.filter((text) => text !== undefined).join(",");
