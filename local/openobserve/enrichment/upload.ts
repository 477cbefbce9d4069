import { failure } from "../server/reply.js";
import { rewriteFieldName } from "../streams/names.js";
import { CsvError, parseCsv } from "./csv.js";

export type EnrichmentRow = Readonly<Record<string, string>>;

/**
 * The rows of the files in a form; every value is a text. A file that has only a header gives, unless it is to be
 * appended, one row of empty texts, so that the table keeps its columns.
 * @throws ReplyError 400
 */
export async function readUpload(
  body: Buffer,
  contentType: string | undefined,
  append: boolean,
): Promise<EnrichmentRow[]> {
  if (!contentType?.startsWith("multipart/form-data"))
    throw failure(400, "Bad Request, content-type must be multipart/form-data");
  const texts = await filesOf(body, contentType);
  try {
    const tables = texts.map(parseCsv);
    const rows = tables.flatMap(([header = [], ...records]) => {
      const names = header.map((name) => rewriteFieldName(name.trim()));
      return records.map((record) => row(names, record));
    });
    const names = tables.flatMap(([header = []]) => header.map((name) => rewriteFieldName(name.trim())));
    return rows.length === 0 && names.length > 0 && !append ? [row(names, [])] : rows;
  } catch (error) {
    if (error instanceof CsvError) throw failure(400, error.message);
    throw error;
  }
}

const row = (names: readonly string[], values: readonly string[]): EnrichmentRow =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));

async function filesOf(body: Buffer, contentType: string): Promise<string[]> {
  const packed = new Response(body, { headers: { "content-type": contentType } });
  // The advice against it is about streaming; here the body has been read and is within the limit.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const form = await packed.formData().catch(() => undefined);
  if (!form) throw failure(400, "Error parsing `multipart/form-data` request");
  const files = [...form.values()].filter((value) => typeof value !== "string");
  return Promise.all(files.map((file) => file.text()));
}
