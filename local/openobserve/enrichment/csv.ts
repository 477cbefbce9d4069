/** The text is not a table. */
export class CsvError extends Error {
  constructor(reason: string) {
    super(`CSV error: ${reason}`);
    this.name = "CsvError";
  }
}

const token = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;

/**
 * Reads comma-separated values by RFC 4180: fields may be quoted, and then hold commas, line ends and doubled quotes;
 * empty lines are skipped.
 * @throws CsvError when a record has not as many fields as the first
 */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    const { fields, end } = readRecord(text, at);
    at = end;
    if (fields.length === 1 && fields[0] === "") continue;
    const first = records[0]?.length ?? fields.length;
    if (fields.length !== first)
      throw new CsvError(
        `record ${records.length}: found record with ${fields.length} fields, but the previous record has ${first} fields`,
      );
    records.push(fields);
  }
  return records;
}

/** `end` is behind the line end. */
function readRecord(text: string, start: number): { fields: string[]; end: number } {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    const [whole, quoted, plain] = match ?? ["", undefined, ""];
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    at += whole.length;
    if (text[at] === ",") {
      at++;
      continue;
    }
    const lineEnd = /^(?:\r\n|\n|\r)/.exec(text.slice(at, at + 2))?.[0].length;
    // What follows a closing quote without a comma belongs to nothing.
    return { fields, end: lineEnd === undefined ? nextLine(text, at) : at + lineEnd };
  }
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}
