import { z } from "zod";

/** How a column is compared with a value. `contains` and `not_contains` are for text. */
export type ComparisonOperator = "=" | "!=" | ">" | ">=" | "<" | "<=" | "contains" | "not_contains";

/**
 * A condition on a record. A comparison with a column that the record does not have is never true, not even
 * with `!=`.
 *
 * @example { all: [{ column: "level", operator: "=", value: "error" }, { any: [...] }] }
 */
export type Condition = Comparison | { all: Condition[] } | { any: Condition[] };

export interface Comparison {
  /** Stored name of the column. */
  column: string;
  operator: ComparisonOperator;
  value: string | number | boolean;
  /** Compare text without regard to case. Default false. */
  ignoreCase?: boolean;
}

export const comparisonOperatorSchema = z.enum(["=", "!=", ">", ">=", "<", "<=", "contains", "not_contains"]);

const comparisonSchema = z.strictObject({
  column: z.string().min(1),
  operator: comparisonOperatorSchema,
  value: z.union([z.string(), z.number(), z.boolean()]),
  ignoreCase: z.boolean().optional(),
});

const formsOfCondition = "a comparison {column, operator, value}, {all: [...]} or {any: [...]}";

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union(
    [
      comparisonSchema,
      z.strictObject({ all: z.array(conditionSchema).min(1) }),
      z.strictObject({ any: z.array(conditionSchema).min(1) }),
    ],
    { error: `must be ${formsOfCondition}, groups with at least one member` },
  ),
) as z.ZodType<Condition>;
