import { execute } from "@bpinternal/verel";

export type VrlRun =
  | { readonly ok: true; readonly event: unknown }
  /** As Rust prints it, `Error(Error { message: …` or `Abort(Abort { span: …`. */
  | { readonly ok: false; readonly error: string };

/**
 * Runs a program that compiles on one event; the result is what its last expression is.
 *
 * Integers beyond 2^53 cannot enter the compiler's JavaScript door: they go in as doubles and come back as they
 * were, unless the program changed them.
 */
export function runVrl(source: string, record: unknown): VrlRun {
  const { event, restore } = prepareRecord(record);
  let value: unknown;
  try {
    value = (execute(source, event) as { result: unknown }).result;
  } catch (error) {
    return {
      ok: false,
      error: describeFailure(source, error instanceof Error ? error.message : String(error)),
    };
  }
  return { ok: true, event: restore(value) };
}

/** The record as it goes in, and how what comes out gets its large integers back. */
export function prepareRecord(record: unknown): { event: unknown; restore: (value: unknown) => unknown } {
  const { event, integers } = withoutBigints(record);
  const restore = (value: unknown): unknown => {
    if (integers.size > 0 && isRecord(value)) {
      for (const [name, integer] of integers) if (value[name] === Number(integer)) value[name] = integer;
    }
    return value;
  };
  return { event, restore };
}

function withoutBigints(record: unknown) {
  const integers = new Map<string, bigint>();
  if (!isRecord(record)) return { event: record, integers };
  for (const [name, value] of Object.entries(record))
    if (typeof value === "bigint") integers.set(name, value);
  if (integers.size === 0) return { event: record, integers };
  const event = Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]),
  );
  return { event, integers };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function describeFailure(source: string, text: string): string {
  const message = text.replace(/^Termination;\n/, "");
  if (message === "aborted") return describeAbort(source);
  const labels = labelsOf(message).map(
    ({ message: label, start, end }) =>
      `Label { message: ${JSON.stringify(label)}, primary: true, span: Span { start: ${start}, end: ${end} } }`,
  );
  return `Error(Error { message: ${JSON.stringify(message)}, labels: [${labels.join(", ")}], notes: [] })`;
}

function describeAbort(source: string): string {
  const offset = /\babort\b/.exec(source)?.index ?? 0;
  const start = Buffer.byteLength(source.slice(0, offset));
  return `Abort(Abort { span: Span { start: ${start}, end: ${start + "abort".length} }, message: None })`;
}

/** One label a nested call, innermost first. */
function labelsOf(message: string): { message: string; start: string; end: string }[] {
  const call = /^function call error for "[^"]*" at \((\d+):(\d+)\): ([\s\S]*)$/.exec(message);
  if (!call) return [];
  const [, start = "", end = "", inner = ""] = call;
  return [...labelsOf(inner), { message: inner, start, end }];
}
