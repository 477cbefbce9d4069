import type { Kind } from "../base/kind.js";
import { ValidationError } from "../client/index.js";
import type { EnrichmentRow } from "../client/index.js";
import { type EnrichmentTableInputs, enrichmentTableSchema } from "./args.js";

export const enrichmentTableKind: Kind<EnrichmentTableInputs> = {
  name: "EnrichmentTable",
  schema: enrichmentTableSchema,
  comparable: (inputs) => ({
    ...inputs,
    deletionTimeoutSeconds: undefined,
    rows: inputs.rows.map(rowText).sort(),
  }),
  replaceOn: ["name"],
};

/** The same text for two rows that are the same, whatever the order of their columns. */
function rowText(row: EnrichmentRow): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A table as the server has it, in terms of arguments. It has no room for a marker. */
export function inputsFrom(
  rows: readonly EnrichmentRow[],
  wanted: EnrichmentTableInputs,
): EnrichmentTableInputs {
  return { ...wanted, rows: rows.map((row) => ({ ...row })), adopt: false };
}

/** An earlier table of this name is still going away. */
export function isBeingDeleted(error: unknown): boolean {
  return error instanceof ValidationError && error.serverMessage.includes("is being deleted");
}
