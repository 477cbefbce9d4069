import { type JsonNode, plain, position } from "./json.js";

/**
 * Typed reading of a request body with the error texts of the real server's deserialiser: the path of the
 * value, what was found, what was expected, and where. A test reads these texts, and so does every user whose
 * request is refused.
 */

/** How a value is read decides what the error can still say. */
export interface Mode {
  /**
   * `buffered`: the structure has flattened or tagged parts, so the deserialiser has copied the value before it
   * looks at it: the path is lost and the position is that of the end.
   * `value`: the text was parsed before and the structure is read from the parsed value: no path, no position.
   */
  readonly source: "text" | "buffered" | "value";
}

export interface Decoder<T> {
  decode(node: JsonNode, path: string, mode: Mode): T;
  /** The value when the key is absent; without it, an absent key is an error. */
  readonly absent?: () => T;
}

/** The value has not the expected form. */
export class DecodeError extends Error {
  constructor(
    readonly reason: string,
    readonly path: string,
    /** Offset into the text; undefined when the text is not known any more. */
    readonly offset: number | undefined,
  ) {
    super(reason);
    this.name = "DecodeError";
  }

  /** Worded as the server words it. */
  describe(source: string): string {
    const where = this.offset === undefined ? "" : ` at ${position(source, this.offset)}`;
    return `${this.path === "" ? "" : `${this.path}: `}${this.reason}${where}`;
  }
}

const text: Mode = { source: "text" };

/** @throws DecodeError */
export const decode = <T>(decoder: Decoder<T>, node: JsonNode): T => decoder.decode(node, "", text);

const compound = (node: JsonNode): boolean => node.kind === "object" || node.kind === "array";

const fail = (reason: string, node: JsonNode, path: string): never => {
  throw new DecodeError(reason, path, compound(node) ? node.start : node.end);
};

/** What the deserialiser calls a value that it did not expect. */
function found(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return `boolean \`${node.value}\``;
    case "string":
      return `string ${JSON.stringify(node.value)}`;
    case "number":
      return node.integer ? `integer \`${node.text}\`` : `floating point \`${node.text}\``;
    case "array":
      return "sequence";
    case "object":
      return "map";
  }
}

const unexpected = (node: JsonNode, expected: string, path: string): never =>
  fail(`invalid type: ${found(node)}, expected ${expected}`, node, path);

/** The server keeps numbers as text, and a number with a fraction then looks like a map, or like no number. */
function unexpectedFloat(node: JsonNode, expected: string, path: string, mode: Mode): never {
  if (mode.source === "buffered") return fail(`invalid type: map, expected ${expected}`, node, path);
  if (mode.source === "value") return fail("invalid number", node, path);
  return unexpected(node, expected, path);
}

const whole = (name: string, minimum: number, maximum: number): Decoder<number> => ({
  decode(node, path, mode) {
    if (node.kind !== "number") return unexpected(node, name, path);
    if (!node.integer) return unexpectedFloat(node, name, path, mode);
    if (node.value < minimum || node.value > maximum)
      return fail(`invalid value: integer \`${node.text}\`, expected ${name}`, node, path);
    return node.value;
  },
});

export const i64 = whole("i64", -(2 ** 63), 2 ** 63);
export const i32 = whole("i32", -(2 ** 31), 2 ** 31 - 1);
export const u8 = whole("u8", 0, 255);
export const u64 = whole("u64", 0, 2 ** 64);
export const usize = whole("usize", 0, 2 ** 64);

export const f64: Decoder<number> = {
  decode: (node, path) => (node.kind === "number" ? node.value : unexpected(node, "f64", path)),
};

export const boolean: Decoder<boolean> = {
  decode: (node, path) => (node.kind === "boolean" ? node.value : unexpected(node, "a boolean", path)),
};

export const string: Decoder<string> = {
  decode: (node, path) => (node.kind === "string" ? node.value : unexpected(node, "a string", path)),
};

/** Anything, as plain data. */
export const anything: Decoder<unknown> = { decode: (node) => plain(node) };

export const array = <T>(item: Decoder<T>, expected = "a sequence"): Decoder<T[]> => ({
  decode(node, path, mode) {
    if (node.kind !== "array") return unexpected(node, expected, path);
    return node.items.map((each, index) => item.decode(each, `${path}[${index}]`, mode));
  },
});

export const record = <T>(value: Decoder<T>): Decoder<Record<string, T>> => ({
  decode(node, path, mode) {
    if (node.kind !== "object") return unexpected(node, "a map", path);
    return Object.fromEntries(
      node.entries.map(([key, each]) => [key, value.decode(each, join(path, key), mode)]),
    );
  },
});

/** One of some words; another word is an error that lists them. */
export const variant = <const Word extends string>(...words: readonly Word[]): Decoder<Word> => ({
  decode(node, path) {
    if (node.kind !== "string") return unexpected(node, "string or map", path);
    const word = words.find((each) => each === node.value);
    if (word !== undefined) return word;
    const list = words.map((each) => `\`${each}\``);
    const expected = list.length > 2 ? `one of ${list.join(", ")}` : list.join(" or ");
    return fail(`unknown variant \`${node.value}\`, expected ${expected}`, node, path);
  },
});

/** `null` or absent is undefined. */
export const optional = <T>(decoder: Decoder<T>): Decoder<T | undefined> => ({
  decode: (node, path, mode) => (node.kind === "null" ? undefined : decoder.decode(node, path, mode)),
  absent: () => undefined,
});

/** Absent is the default; `null` is not. */
export const withDefault = <T>(decoder: Decoder<T>, value: () => T): Decoder<T> => ({
  decode: (node, path, mode) => decoder.decode(node, path, mode),
  absent: value,
});

export const map = <T, U>(decoder: Decoder<T>, change: (value: T) => U): Decoder<U> => ({
  decode: (node, path, mode) => change(decoder.decode(node, path, mode)),
  ...(decoder.absent && { absent: absentMapped(decoder.absent, change) }),
});

const absentMapped =
  <T, U>(absent: () => T, change: (value: T) => U) =>
  (): U =>
    change(absent());

/** The first that fits; if none does, the error of the last. */
export const either = <T>(...decoders: readonly [Decoder<T>, ...Decoder<T>[]]): Decoder<T> => ({
  decode(node, path, mode) {
    const last = decoders.length - 1;
    for (const decoder of decoders.slice(0, last)) {
      try {
        return decoder.decode(node, path, mode);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }
    return (decoders[last] ?? decoders[0]).decode(node, path, mode);
  },
});

export type Fields = Readonly<Record<string, Decoder<unknown>>>;
export type Decoded<D> = D extends Decoder<infer T> ? T : never;
export type DecodedFields<F extends Fields> = { [Key in keyof F]: Decoded<F[Key]> };

/** Unknown keys are ignored, as the server ignores them. `null` for a structure is an error naming it. */
export const object = <F extends Fields>(fields: F, name = "a map"): Decoder<DecodedFields<F>> => ({
  decode(node, path, mode) {
    if (node.kind !== "object") return unexpected(node, name, path);
    const given = new Map(node.entries);
    // In the order of the text, because the first wrong value is the one that is told.
    const decoded: Record<string, unknown> = {};
    for (const [key, value] of given) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field) decoded[key] = field.decode(value, join(path, key), mode);
    }
    // In the order of the structure, because that is the order of the answers.
    const ordered: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(fields)) {
      if (!(key in decoded) && !field.absent)
        throw new DecodeError(`missing field \`${key}\``, path, node.end);
      const value = key in decoded ? decoded[key] : field.absent?.();
      if (value !== undefined) ordered[key] = value;
    }
    return ordered as DecodedFields<F>;
  },
});

/**
 * A plain structure: like `object`, and a list is taken for its fields in their order, as the server's
 * deserialiser does. `name` is what the error calls it, for example "struct Layout".
 */
export const struct = <F extends Fields>(name: string, fields: F): Decoder<DecodedFields<F>> => {
  const byName = object(fields, name);
  const order = Object.entries(fields);
  return {
    decode(node, path, mode) {
      if (node.kind !== "array") return byName.decode(node, path, mode);
      const values = order.map(([key, field], index) => {
        const item = node.items[index];
        if (item) return [key, field.decode(item, `${path}[${index}]`, mode)];
        if (field.absent) return [key, field.absent()];
        const reason = `invalid length ${index}, expected ${name} with ${order.length} elements`;
        throw new DecodeError(reason, path, node.end);
      });
      return Object.fromEntries(values) as DecodedFields<F>;
    },
  };
};

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** A structure with flattened or tagged parts: an error in it has no path, and stands at its end. */
export const buffered = <T>(decoder: Decoder<T>): Decoder<T> => within(decoder, "buffered");

/** A structure read from an already parsed value: an error in it has neither path nor position. */
export const fromValue = <T>(decoder: Decoder<T>): Decoder<T> => within(decoder, "value");

const within = <T>(decoder: Decoder<T>, source: "buffered" | "value"): Decoder<T> => ({
  decode(node) {
    try {
      return decoder.decode(node, "", { source });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new DecodeError(error.reason, "", source === "value" ? undefined : node.end);
    }
  },
});
