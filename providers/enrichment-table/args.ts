import { rewriteFieldName, rewriteStreamName } from "@o2cqrs/contract";
import { z } from "zod";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";

export interface EnrichmentTableSpec extends TakeOver {
  /**
   * Name by which VRL programs look it up; rewritten as stream names are. Changing it replaces the table.
   */
  name: string;
  /**
   * The rows, by column. All rows have the same columns, whose names are rewritten as field names are. The
   * server keeps text: numbers and booleans become it. Their order means nothing.
   */
  rows: Record<string, string | number | boolean>[];
  /**
   * Longest wait, in seconds, for an earlier table of this name to finish being deleted, which the server does
   * in the background. Default 120.
   */
  deletionTimeoutSeconds?: number;
}

export type EnrichmentTableArgs = Inputs<EnrichmentTableSpec>;

const cell = z.union([z.string(), z.number(), z.boolean()], "must be a text, a number or a boolean");

const columnName = z
  .string()
  .refine((name) => name.trim() !== "", "must not be empty")
  .refine((name) => storedName(name) !== "_timestamp", "must not be _timestamp, the server's own");

type Row = Record<string, string>;

/** Two columns of one stored name would become one, and a column that is missing would be an empty text. */
const rowsSchema = z
  .array(z.record(columnName, cell.transform(String)))
  .min(1, "needs at least one row, which says what columns there are")
  .superRefine((rows, context) => {
    const columns = columnsOf(rows[0] ?? {});
    rows.forEach((row, i) => {
      const problem = problemWith(row, columns);
      if (problem !== undefined) context.addIssue({ code: "custom", path: [i], message: problem });
    });
  })
  .transform((rows) => rows.map(asStored));

function problemWith(row: Row, columns: readonly string[]): string | undefined {
  const stored = Object.keys(row).map(storedName);
  if (stored.length === 0) return "must have a column";
  const twice = stored.find((name, at) => stored.indexOf(name) < at);
  if (twice !== undefined) return `has column ${twice} twice, as the server writes names`;
  if (stored.sort().join() === columns.join()) return undefined;
  return `must have the columns of the first row: ${columns.join(", ")}`;
}

const storedName = (column: string): string => rewriteFieldName(column.trim());

const asStored = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [storedName(name), value]));

/** Columns of a row as the server writes them, in the order in which they are uploaded. */
export function columnsOf(row: Readonly<Row>): string[] {
  return [...new Set(Object.keys(row).map(storedName))].sort();
}

export const enrichmentTableSchema = z.strictObject({
  name: z
    .string()
    .refine((name) => name.trim() !== "", "must not be empty")
    .transform((name) => rewriteStreamName(name.trim())),
  rows: rowsSchema,
  deletionTimeoutSeconds: z.int().min(0).default(120),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type EnrichmentTableInputs = z.output<typeof enrichmentTableSchema>;
