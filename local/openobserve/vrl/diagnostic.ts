import { type CompilationDiagnostic, type CompilationDiagnosticNote } from "@bpinternal/verel";

/** Codes that have a page of their own at errors.vrl.dev. */
const hasPage = (code: number) =>
  (code >= 100 && code <= 110) ||
  (code >= 300 && code <= 314) ||
  (code >= 400 && code <= 402) ||
  [601, 620, 630, 640, 650, 651, 701].includes(code);

/**
 * Draws a diagnostic of the VRL compiler as the server's answers show it: the source line, the labels hanging
 * under their columns, the notes.
 */
export function renderDiagnostic(
  source: string,
  { code, message, labels, notes }: CompilationDiagnostic,
): string {
  const lines = new SourceLines(source);
  const byLine = new Map<number, Label[]>();
  for (const { message: text, primary, span } of labels) {
    const start = lines.locate(span[0]);
    const end = lines.locate(span[1]);
    // Only the first line of a longer span is marked.
    const to =
      end.line === start.line ? Math.max(end.column, start.column + 1) : lines.text(start.line).length;
    insert(byLine, start.line, { from: start.column, to, primary, message: text });
  }
  const main = lines.locate((labels.find(({ primary }) => primary) ?? labels[0])?.span[0] ?? 0);
  const gutter = " ".repeat(String(Math.max(...byLine.keys(), 0) + 1).length);
  const drawn = [...byLine]
    .sort(([a], [b]) => a - b)
    .map(([line, onLine], index, all) => {
      const before = all[index - 1]?.[0];
      const gap = before === undefined || line === before + 1 ? [] : [`${gutter} · `.trimEnd()];
      const number = String(line + 1).padStart(gutter.length);
      return [
        ...gap,
        `${number} │ ${lines.text(line)}`.trimEnd(),
        ...drawLabels(onLine).map((row) => `${gutter} │ ${row}`),
      ];
    });
  return [
    `error[E${String(code).padStart(3, "0")}]: ${message}`,
    `${gutter} ┌─ :${main.line + 1}:${main.column + 1}`,
    `${gutter} │`,
    ...drawn.flat(),
    `${gutter} │`,
    ...noteTexts(code, notes).map((note) => `${gutter} = ${note}`),
  ].join("\n");
}

interface Label {
  readonly from: number;
  readonly to: number;
  readonly primary: boolean;
  readonly message: string;
}

/** Keeps the labels of a line ordered by span; of equal spans a later one goes where the search ends up. */
function insert(byLine: Map<number, Label[]>, line: number, label: Label): void {
  const labels = byLine.get(line) ?? [];
  byLine.set(line, labels);
  const compare = (index: number) => {
    const other = labels[index];
    return other === undefined ? -1 : other.from - label.from || other.to - label.to;
  };
  let base = 0;
  for (let size = labels.length; size > 1; size -= size >> 1) {
    const middle = base + (size >> 1);
    if (compare(middle) <= 0) base = middle;
  }
  if (labels.length > 0 && compare(base) < 0) base++;
  labels.splice(base, 0, label);
}

function drawLabels(labels: readonly Label[]): string[] {
  const width = Math.max(...labels.map(({ to }) => to));
  const covers = (column: number, primary: boolean) =>
    labels.some((label) => label.primary === primary && label.from <= column && column < label.to);
  const carets = Array.from({ length: width }, (_, column) =>
    covers(column, true) ? "^" : covers(column, false) ? "-" : " ",
  ).join("");
  const trailing = trailingLabel(labels);
  const hanging = labels.filter((label) => label !== trailing && label.message !== "");
  const rows = [trailing ? `${carets} ${trailing.message}` : carets];
  if (hanging.length > 0) rows.push(pointers(hanging, Infinity));
  for (const { from, message } of [...hanging].reverse()) {
    rows.push(pointers(hanging, from).padEnd(from) + message);
  }
  return rows;
}

/** The rightmost label says its message beside the carets, unless another one shares its columns. */
function trailingLabel(labels: readonly Label[]): Label | undefined {
  const last = [...labels].reverse().find(({ message }) => message !== "");
  if (last === undefined) return undefined;
  const overlapped = labels.some((other) => other !== last && other.from < last.to && last.from < other.to);
  return overlapped ? undefined : last;
}

/** A vertical stroke under the first column of every hanging label left of `limit`. */
function pointers(hanging: readonly Label[], limit: number): string {
  let row = "";
  for (const { from } of hanging) if (from < limit && from >= row.length) row = row.padEnd(from) + "│";
  return row;
}

function noteTexts(code: number, notes: readonly CompilationDiagnosticNote[]): string[] {
  const page = hasPage(code) ? [`learn more about error code ${code} at https://errors.vrl.dev/${code}`] : [];
  return [
    ...notes.map(noteText),
    ...page,
    "see language documentation at https://vrl.dev",
    "try your code in the VRL REPL, learn more at https://vrl.dev/examples",
  ];
}

function noteText({ note_type, message }: CompilationDiagnosticNote): string {
  switch (note_type) {
    case "CoerceValue":
      return "hint: coerce the value to the required type using a coercion function";
    case "SeeErrorDocs":
      return "see documentation about error handling at https://errors.vrl.dev/#handling";
    case "SeeFunctionCharacteristicsDocs":
      return "see functions characteristics documentation at https://vrl.dev/expressions/#function-call-characteristics";
    case "SeeDocs": {
      const [, subject, url] = /^(.*) (\S+)$/.exec(message) ?? ["", message, ""];
      return `see documentation about ${subject} at ${url}`;
    }
    case "Hint":
      return `hint: ${message}`;
    default:
      return message;
  }
}

/** Lines of a source whose positions are given in bytes of UTF-8. */
class SourceLines {
  readonly #lines: readonly string[];

  constructor(source: string) {
    this.#lines = source.split("\n");
  }

  text(line: number): string {
    return this.#lines[line] ?? "";
  }

  locate(byte: number): { line: number; column: number } {
    let rest = byte;
    for (const [line, text] of this.#lines.entries()) {
      const length = Buffer.byteLength(text);
      if (rest <= length || line === this.#lines.length - 1) {
        return { line, column: Buffer.from(text).subarray(0, rest).toString().length };
      }
      rest -= length + 1;
    }
    return { line: 0, column: 0 };
  }
}
