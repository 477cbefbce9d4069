import { type OpenObserve } from "@o2cqrs/providers/client";
import { EnrichmentTableProvider } from "@o2cqrs/providers/enrichment-table/provider";
import { OperatorError } from "../cli/errors.js";
import { enrichmentTableType, inOrder } from "../import/reference-data.js";
import { type Body, numbered, type ObjectKind, type PresentObject } from "./object-kind.js";

/** Rows of a table that a backup holds; a larger one is a data set with a file of its own. */
const mostRows = 10_000;

export const enrichmentTables: ObjectKind = {
  async list(server) {
    const found: PresentObject[] = [];
    for (const { name } of await server.streams.list(enrichmentTableType)) {
      const rows = (await server.enrichmentTables.get(name, mostRows + 1)) ?? [];
      if (rows.length > mostRows)
        throw new OperatorError(`Enrichment table ${name} has more than ${mostRows} rows`, {
          cure: "Keep the file that it was uploaded from; back the rest up: --without enrichmentTable.",
        });
      found.push({
        kind: "enrichmentTable",
        key: name,
        body: { name, rows: inOrder(rows) },
        overwrite: (body) => settle(server, body),
      });
    }
    return found;
  },
  create: (server, { body }) => settle(server, body),
};

/** The provider waits for an earlier table of the name to be gone, and replaces all rows of one that is there. */
async function settle(server: OpenObserve, body: Body): Promise<void> {
  const provider = new EnrichmentTableProvider(() => server);
  const { inputs, failures = [] } = provider.check({}, { ...body, adopt: true });
  const [failure] = failures;
  if (failure !== undefined) throw new Error(`${failure.property} ${failure.reason}`);
  await provider.create(inputs as never);
}

export const savedViews: ObjectKind = {
  async list(server) {
    const views = await Promise.all(
      (await server.savedViews.list()).map(({ view_id }) => server.savedViews.get(view_id)),
    );
    return numbered(
      views
        .filter((view) => view !== undefined)
        .map(({ view_id: id, view_name: name, data }) => ({
          kind: "savedView",
          key: name,
          body: { name, data },
          overwrite: (body) => server.savedViews.update(id, String(body.name), body.data),
        })),
    );
  },
  async create(server, { body }) {
    await server.savedViews.create(String(body.name), body.data);
  },
};
