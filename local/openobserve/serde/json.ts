/**
 * A JSON reader that keeps positions, because the server's error texts carry them
 * (`… at line 1 column 36`), and that tells `1` from `1.0`, because the server does.
 */

export type JsonNode =
  | { readonly kind: "null"; readonly start: number; readonly end: number }
  | { readonly kind: "boolean"; readonly value: boolean; readonly start: number; readonly end: number }
  | {
      readonly kind: "number";
      readonly value: number;
      /** As written. */
      readonly text: string;
      /** Written without fraction and exponent. */
      readonly integer: boolean;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: "string"; readonly value: string; readonly start: number; readonly end: number }
  | {
      readonly kind: "array";
      readonly items: readonly JsonNode[];
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly kind: "object";
      readonly entries: readonly (readonly [string, JsonNode])[];
      readonly start: number;
      readonly end: number;
    };

/** The text is not JSON. The message is worded as the server's, with line and column. */
export class JsonSyntaxError extends Error {
  constructor(reason: string, source: string, offset: number) {
    super(`${reason} at ${position(source, offset)}`);
    this.name = "JsonSyntaxError";
  }
}

/** Lines count from 1; the column is the number of characters read of the line. */
export function position(source: string, offset: number): string {
  const before = source.slice(0, offset);
  const line = before.split("\n").length;
  return `line ${line} column ${Buffer.byteLength(before.slice(before.lastIndexOf("\n") + 1))}`;
}

const maximumDepth = 128;

/** @throws JsonSyntaxError */
export function parseJson(source: string): JsonNode {
  const reader = new Reader(source);
  const node = reader.value(0);
  reader.end();
  return node;
}

/** The plain value of a node, as `JSON.parse` gives it. */
export function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "array":
      return node.items.map(plain);
    case "object":
      return Object.fromEntries(node.entries.map(([key, value]) => [key, plain(value)]));
    default:
      return node.value;
  }
}

const literals = { n: "null", t: "true", f: "false" } as const;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const numberForm = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

class Reader {
  #at = 0;
  constructor(readonly source: string) {}

  #fail(reason: string, offset = this.#at + 1): never {
    throw new JsonSyntaxError(reason, this.source, offset);
  }

  /** The next character that is no white space, not consumed; "" at the end. */
  #peek(): string {
    while (" \n\t\r".includes(this.source[this.#at] ?? "x")) this.#at++;
    return this.source[this.#at] ?? "";
  }

  end(): void {
    if (this.#peek() !== "") this.#fail("trailing characters");
  }

  value(depth: number): JsonNode {
    const next = this.#peek();
    if (depth > maximumDepth) this.#fail("recursion limit exceeded", this.#at);
    if (next === "") this.#fail("EOF while parsing a value", this.#at);
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return this.#string();
    if (next === "n" || next === "t" || next === "f") return this.#literal(literals[next]);
    if (next === "-" || (next >= "0" && next <= "9")) return this.#number();
    return this.#fail("expected value");
  }

  #literal(word: "null" | "true" | "false"): JsonNode {
    const start = this.#at;
    for (let index = 1; index < word.length; index++) {
      const found = this.source[start + index];
      if (found === undefined) this.#fail("EOF while parsing a value", start + index);
      if (found !== word[index]) this.#fail("expected ident", start + index + 1);
    }
    this.#at += word.length;
    const end = this.#at;
    return word === "null"
      ? { kind: "null", start, end }
      : { kind: "boolean", value: word === "true", start, end };
  }

  #number(): JsonNode {
    const start = this.#at;
    numberForm.lastIndex = start;
    const match = numberForm.exec(this.source);
    if (!match) this.#fail("invalid number", start + 2);
    this.#at += match[0].length;
    const integer = match[1] === undefined && match[2] === undefined;
    return { kind: "number", value: Number(match[0]), text: match[0], integer, start, end: this.#at };
  }

  #string(): Extract<JsonNode, { kind: "string" }> {
    const start = this.#at++;
    let value = "";
    for (;;) {
      const next = this.source[this.#at];
      if (next === undefined) this.#fail("EOF while parsing a string", this.#at);
      if (next === '"') break;
      if (next < " ")
        this.#fail("control character (\\u0000-\\u001F) found while parsing a string", this.#at);
      value += next === "\\" ? this.#escape() : next;
      this.#at++;
    }
    return { kind: "string", value, start, end: ++this.#at };
  }

  /** Leaves the position at the last character of the escape. */
  #escape(): string {
    const letter = this.source[++this.#at] ?? "";
    if (letter !== "u") return escapes[letter] ?? this.#fail("invalid escape");
    const digits = this.source.slice(this.#at + 1, this.#at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail("invalid escape", this.#at + 4);
    this.#at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  #array(depth: number): JsonNode {
    const start = this.#at++;
    const items: JsonNode[] = [];
    if (this.#peek() === "]") return { kind: "array", items, start, end: ++this.#at };
    for (;;) {
      items.push(this.value(depth + 1));
      const next = this.#peek();
      if (next === "]") return { kind: "array", items, start, end: ++this.#at };
      if (next === "") this.#fail("EOF while parsing a list", this.#at);
      if (next !== ",") this.#fail("expected `,` or `]`");
      this.#at++;
      if (this.#peek() === "]") this.#fail("trailing comma");
    }
  }

  #object(depth: number): JsonNode {
    const start = this.#at++;
    const entries: [string, JsonNode][] = [];
    if (this.#peek() === "}") return { kind: "object", entries, start, end: ++this.#at };
    for (;;) {
      const next = this.#peek();
      if (next === "") this.#fail("EOF while parsing an object", this.#at);
      if (next === "}") this.#fail("trailing comma");
      if (next !== '"') this.#fail("key must be a string");
      const key = this.#string().value;
      const colon = this.#peek();
      if (colon === "") this.#fail("EOF while parsing an object", this.#at);
      if (colon !== ":") this.#fail("expected `:`");
      this.#at++;
      entries.push([key, this.value(depth + 1)]);
      const after = this.#peek();
      if (after === "}") return { kind: "object", entries, start, end: ++this.#at };
      if (after === "") this.#fail("EOF while parsing an object", this.#at);
      if (after !== ",") this.#fail("expected `,` or `}`");
      this.#at++;
    }
  }
}
