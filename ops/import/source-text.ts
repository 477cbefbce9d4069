/** A piece of TypeScript that stands as it is: a reference, a call. Never made of text from a server. */
export class Expression {
  constructor(readonly text: string) {}
}

/** How a text is written, where it is not just a literal: one that holds a secret, for instance. */
export type TextWriter = (text: string) => Expression | undefined;

const step = "  ";
const lineWidth = 100;

/**
 * A value as a TypeScript expression. Texts may hold anything: they are written as JSON, which knows no way out
 * of a string.
 */
export function sourceText(value: unknown, write: TextWriter = () => undefined, indent = ""): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === "string") return write(value)?.text ?? textSource(value, indent);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => sourceText(item, write, indent + step));
    return bracketed("[", items, "]", indent);
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `${keySource(key)}: ${sourceText(member, write, indent + step)}`);
    return bracketed("{", members, "}", indent);
  }
  return JSON.stringify(value);
}

/** A text of several lines, such as a program or a query, is written line by line. */
function textSource(text: string, indent: string): string {
  const lines = text.split("\n");
  if (lines.length < 2) return literal(text);
  return `${bracketed("[", lines.map(literal), "]", indent, true)}.join("\\n")`;
}

/** Line separators are escaped too, as they end a line in the eyes of some readers. */
export function literal(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** `__proto__` written plainly would set the object's prototype. */
function keySource(key: string): string {
  if (key === "__proto__") return `["__proto__"]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key);
}

function bracketed(
  open: string,
  items: readonly string[],
  close: string,
  indent: string,
  always = false,
): string {
  if (items.length === 0) return open + close;
  const gap = open === "{" ? " " : "";
  const line = `${open}${gap}${items.join(", ")}${gap}${close}`;
  const fits = line.length + indent.length <= lineWidth && !line.includes("\n");
  if (fits && !always) return line;
  const inner = indent + step;
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join("")}${indent}${close}`;
}
