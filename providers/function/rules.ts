import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { ServerFunction } from "../client/index.js";
import { type FunctionInputs, functionSchema } from "./args.js";

export const functionKind: Kind<FunctionInputs> = {
  name: "Function",
  schema: functionSchema,
  comparable: (inputs) => ({ ...inputs, vrl: asStored(inputs.vrl) }),
  replaceOn: ["name"],
};

/** The server trims a program and makes it end with the record. */
export function asStored(vrl: string): string {
  const trimmed = vrl.trim();
  return trimmed.endsWith(".") ? trimmed : `${trimmed} \n .`;
}

const markerLine = /^# (o2cqrs:\S+\/\S+\/.+)\n/;

/** A program has room for the marker in a comment, its first line. */
export function program({ vrl, marker }: FunctionInputs): string {
  return marker === undefined ? vrl : `# ${marker}\n${vrl}`;
}

/** A function as the server has it, in terms of arguments. */
export function existingFrom({ name, function: text }: ServerFunction): Existing<FunctionInputs> {
  const marker = markerLine.exec(text)?.[1];
  return { inputs: { name, vrl: text.replace(markerLine, ""), adopt: false, marker }, marker };
}
