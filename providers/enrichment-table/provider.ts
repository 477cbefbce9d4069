import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference, inputsIn } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { eventually, NotSettledError } from "../client/index.js";
import { columnsOf, type EnrichmentTableInputs, enrichmentTableSchema } from "./args.js";
import { enrichmentTableKind, inputsFrom, isBeingDeleted } from "./rules.js";

type EnrichmentTableState = EnrichmentTableInputs;

/** Enrichment tables, whose id is their name. A change uploads the table whole. */
export class EnrichmentTableProvider extends Provider<EnrichmentTableInputs, EnrichmentTableState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(enrichmentTableSchema, news);
  }

  diff(_id: string, olds: Properties, news: EnrichmentTableInputs): Difference {
    return difference(enrichmentTableKind, olds, news);
  }

  protected async make(inputs: EnrichmentTableInputs): Promise<dynamic.CreateResult<EnrichmentTableState>> {
    const existing = await this.#rows(inputs);
    const isThere = existing !== undefined;
    const wanted = { inputs: inputsFrom(existing ?? [], inputs), marker: undefined };
    if (!isThere || takeOver(enrichmentTableKind, inputs.name, inputs, wanted)) await this.#upload(inputs);
    return { id: inputs.name, outs: stateOf(inputs, {}) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const known = inputsIn(enrichmentTableKind, state);
    const rows = await this.#rows(known);
    return rows === undefined ? {} : refreshed(enrichmentTableKind, id, state, inputsFrom(rows, known));
  }

  async update(
    _id: string,
    _olds: EnrichmentTableState,
    news: EnrichmentTableInputs,
  ): Promise<dynamic.UpdateResult<EnrichmentTableState>> {
    await this.#upload(news);
    return { outs: stateOf(news, {}) };
  }

  async delete(id: string): Promise<void> {
    await this.server.enrichmentTables.delete(id);
  }

  /** One more than wanted tells a table that has rows besides. */
  #rows({ name, rows }: EnrichmentTableInputs) {
    return this.server.enrichmentTables.get(name, rows.length + 1);
  }

  async #upload({ name, rows, deletionTimeoutSeconds }: EnrichmentTableInputs): Promise<void> {
    const uploaded = await eventually(
      async () => {
        try {
          await this.server.enrichmentTables.put(name, columnsOf(rows[0] ?? {}), rows);
          return true;
        } catch (error) {
          if (isBeingDeleted(error)) return undefined;
          throw error;
        }
      },
      { withinMs: deletionTimeoutSeconds * 1_000 },
    );
    if (uploaded === undefined)
      throw new NotSettledError({
        method: "POST",
        path: `/enrichment_tables/${name}`,
        serverMessage: `an earlier table ${name} is still being deleted after ${deletionTimeoutSeconds} s`,
        cure: "Deploy again later, or raise deletionTimeoutSeconds: the server deletes at its compactor's interval.",
      });
  }
}

export const provider = new EnrichmentTableProvider();
