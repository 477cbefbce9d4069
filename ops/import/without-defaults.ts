import { isDeepStrictEqual } from "node:util";
import { type z } from "zod";

type Part = Record<string, unknown>;

/**
 * Arguments without what goes without saying: every member, at any depth, that the schema fills in with the same
 * value when it is left out.
 */
export function withoutDefaults(schema: z.ZodType, inputs: object): Part {
  const copy = structuredClone(inputs) as Part;
  const whole = schema.safeParse(copy);
  if (!whole.success) return copy;
  const saysTheSame = () => {
    const { data } = schema.safeParse(copy);
    return data !== undefined && isDeepStrictEqual(defined(data), defined(whole.data));
  };
  prune(copy, saysTheSame);
  return copy;
}

function prune(part: unknown, saysTheSame: () => boolean): void {
  if (Array.isArray(part)) for (const item of part) prune(item, saysTheSame);
  else if (typeof part === "object" && part !== null) {
    for (const [key, value] of Object.entries(part)) {
      Reflect.deleteProperty(part, key);
      if (saysTheSame()) continue;
      Reflect.set(part, key, value);
      prune(value, saysTheSame);
    }
  }
}

/** Undefined members count as absent. */
const defined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
