/**
 * Conditions on columns, in the two forms of the API: the tree of `and`, `or` and `not` (version 1, an old list
 * counts as `and`), and the group of version 2.
 */

export interface Condition {
  readonly column: string;
  readonly operator: string;
  readonly value: unknown;
  readonly ignore_case: boolean;
}

export type ConditionTree =
  | { readonly and: readonly ConditionTree[] }
  | { readonly or: readonly ConditionTree[] }
  | { readonly not: ConditionTree }
  | Condition;

type Plain = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The tree as the server stores it; undefined when the value is none. */
export function readConditionTree(value: unknown): ConditionTree | undefined {
  if (Array.isArray(value)) return branch("and", value);
  if (!isObject(value)) return undefined;
  if (Array.isArray(value.or)) return branch("or", value.or);
  if (Array.isArray(value.and)) return branch("and", value.and);
  if (value.not !== undefined) {
    const inner = readConditionTree(value.not);
    return inner && { not: inner };
  }
  const { column, operator, value: operand, ignore_case } = value;
  if (typeof column !== "string" || typeof operator !== "string" || operand === undefined) return undefined;
  return { column, operator, value: operand, ignore_case: ignore_case === true };
}

function branch(name: "and" | "or", items: readonly unknown[]): ConditionTree | undefined {
  const trees = items.map(readConditionTree);
  if (!trees.every((tree) => tree !== undefined)) return undefined;
  return name === "and" ? { and: trees } : { or: trees };
}

/** Whether the tree asks anything at all. */
export function hasConditions(tree: ConditionTree): boolean {
  if ("and" in tree) return tree.and.some(hasConditions);
  if ("or" in tree) return tree.or.some(hasConditions);
  return "not" in tree ? hasConditions(tree.not) : true;
}
