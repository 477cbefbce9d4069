import type { ServerContext } from "../context.js";
import type { Column, StreamKey } from "../data/store.js";
import { type EnrichmentRow, readUpload } from "../enrichment/upload.js";
import { failure, ok, type Reply, unsupported } from "../server/reply.js";
import { type Area, post, type ServerRequest } from "../server/route.js";
import { rewriteStreamName } from "../streams/names.js";

/** Enrichment tables: uploaded as CSV, searched like streams. VRL programs cannot look anything up in them here. */
export const enrichmentTableRoutes: Area = () => [
  post("/api/:org/enrichment_tables/:name", upload),
  post("/api/:org/enrichment_tables/:name/url", () => {
    throw unsupported("enrichment tables from a URL");
  }),
];

/** Replaces the table unless `append=true`. Its columns are those of its first upload. */
async function upload(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization, query, headers, body } = request;
  const append = query.get("append") === "true";
  const name = rewriteStreamName(request.parameter("name").trim());
  const key: StreamKey = { organization, type: "enrichment_tables", name };
  if (context.streams.isBeingDeleted(key)) throw failure(400, `enrichment table [${name}] is being deleted`);
  const rows = await readUpload(body, headers["content-type"], append);
  if (rows.length > 0) await store(context, key, rows, append);
  return ok("Saved enrichment table");
}

async function store(
  context: ServerContext,
  key: StreamKey,
  rows: readonly EnrichmentRow[],
  append: boolean,
): Promise<void> {
  const { data, streams, clock } = context;
  const columns = columnsOf(rows[0] ?? {});
  const known = data.columns(key);
  if (known && append) {
    if (!sameNames(known, columns))
      throw failure(500, `Schema mismatch for enrichment table ${key.organization}/${key.name}`);
  } else {
    if (known) await data.drop(key);
    await data.create(key, columns);
    await streams.save(key, { createdAt: clock.micros() });
  }
  // All rows of an upload have its time.
  const _timestamp = clock.micros();
  await data.append(
    key,
    rows.map((row) => ({ ...row, _timestamp })),
  );
}

const columnsOf = (row: EnrichmentRow): Column[] => [
  ...Object.keys(row).map((name): Column => ({ name, type: "Utf8" })),
  { name: "_timestamp", type: "Int64" },
];

function sameNames(left: readonly Column[], right: readonly Column[]): boolean {
  const names = (columns: readonly Column[]): string =>
    JSON.stringify(columns.map(({ name }) => name).sort());
  return names(left) === names(right);
}
