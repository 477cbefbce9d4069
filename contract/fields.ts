import { z } from "zod";

/** Column types of the server's API that the contract uses. */
export type ColumnType = "Utf8" | "Int64" | "Float64" | "Boolean";

/** How personal data in a field is recognised and masked. */
export type PiiKind = "email" | "phone" | "freeText";

/** What the platform needs to know of a field beyond its type. */
export interface FieldTraits {
  readonly description: string;
  /** The column that stores it; `record` fields have none of their own, they are flattened. */
  readonly column?: ColumnType;
  /** Full-text fields are tokenised, secondary-index fields are looked up by exact value. */
  readonly index?: "fullText" | "secondary";
  /** A personal field, masked by the pipeline before anything is stored. */
  readonly pii?: PiiKind;
}

export const fieldTraits = z.registry<FieldTraits>();

function field<Schema extends z.ZodType>(schema: Schema, traits: FieldTraits): Schema {
  fieldTraits.add(schema, traits);
  return schema;
}

type Traits = Omit<FieldTraits, "column">;

/** A text field: column `Utf8`. */
export const text = (traits: Traits) => field(z.string(), { ...traits, column: "Utf8" });

/** A text field with a closed set of values. */
export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values, traits: Traits) =>
  field(z.enum(values), { ...traits, column: "Utf8" });

/** A whole number of 0 or more: column `Int64`. */
export const count = (traits: Traits) => field(z.int().nonnegative(), { ...traits, column: "Int64" });

/** A duration in milliseconds, fractions allowed: column `Float64`. */
export const milliseconds = (traits: Traits) =>
  field(z.number().nonnegative(), { ...traits, column: "Float64" });

/** A truth value: column `Boolean`. */
export const flag = (traits: Traits) => field(z.boolean(), { ...traits, column: "Boolean" });

/** The application's own facts: flat names to scalar values, stored as `attributes_<name>` columns. */
export const attributes = (traits: Traits) =>
  field(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])), traits);
