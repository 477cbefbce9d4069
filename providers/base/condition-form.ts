import { z } from "zod";
import { comparisonOperatorSchema, type Condition } from "./condition.js";

/**
 * Conditions as the server writes them, version 2: a group of items, each with the operator that joins it to
 * the one before. All items of a group are given the same operator, so that every reading of that order means
 * the same.
 */
type ServerItem =
  | {
      readonly filterType: "condition";
      readonly column: string;
      readonly operator: string;
      readonly value: string | number | boolean;
      readonly ignore_case?: boolean;
      readonly logicalOperator: Joint;
    }
  | ServerGroup;

export interface ServerGroup {
  readonly filterType: "group";
  /** Joins the group to what stands before it; the members are joined by their own. */
  readonly logicalOperator: Joint;
  readonly conditions: readonly ServerItem[];
}

type Joint = "AND" | "OR";

/** The version 2 group that means a condition. */
export function serverGroup(condition: Condition, joint: Joint = "AND"): ServerGroup {
  const inner: Joint = "any" in condition ? "OR" : "AND";
  return {
    filterType: "group",
    logicalOperator: joint,
    conditions: membersOf(condition).map((member) => serverItem(member, inner)),
  };
}

function serverItem(condition: Condition, joint: Joint): ServerItem {
  if (!("column" in condition)) return serverGroup(condition, joint);
  const { ignoreCase, ...comparison } = condition;
  return {
    filterType: "condition",
    ...comparison,
    ...(ignoreCase === true && { ignore_case: true }),
    logicalOperator: joint,
  };
}

function membersOf(condition: Condition): Condition[] {
  if ("all" in condition) return condition.all;
  if ("any" in condition) return condition.any;
  return [condition];
}

/** A condition in the one form that all its spellings share: no group of one, no default spelt out. */
export function canonicalCondition(condition: Condition): Condition {
  if ("column" in condition) {
    const { ignoreCase, ...comparison } = condition;
    return ignoreCase === true ? { ...comparison, ignoreCase } : comparison;
  }
  const members = membersOf(condition).map(canonicalCondition);
  const [only] = members;
  if (members.length === 1 && only !== undefined) return only;
  return "any" in condition ? { any: members } : { all: members };
}

/**
 * A condition that the server answered, in version 2 or as the older tree of `and` and `or`; undefined when it
 * is neither, so that it differs from every condition of ours.
 */
export function conditionFrom(answer: unknown): Condition | undefined {
  const versioned = versionedSchema.safeParse(answer);
  if (versioned.success) return fromGroup(versioned.data.conditions);
  return fromTree(answer);
}

const versionedSchema = z.looseObject({ version: z.literal(2), conditions: z.unknown() });

const comparisonSchema = z.looseObject({
  column: z.string(),
  operator: z.preprocess(spelling, comparisonOperatorSchema),
  value: z.union([z.string(), z.number(), z.boolean()]),
  ignore_case: z.boolean().nullish(),
});

const groupSchema = z.looseObject({
  filterType: z.literal("group"),
  conditions: z.array(z.looseObject({ logicalOperator: z.enum(["AND", "OR"]) })).min(1),
});

const treeSchema = z.union([
  z.looseObject({ and: z.array(z.unknown()) }),
  z.looseObject({ or: z.array(z.unknown()) }),
]);

/** The API takes `Contains` and answers `contains`. */
function spelling(operator: unknown): unknown {
  if (operator === "Contains") return "contains";
  return operator === "NotContains" ? "not_contains" : operator;
}

function fromComparison(answer: unknown): Condition | undefined {
  const comparison = comparisonSchema.safeParse(answer);
  if (!comparison.success) return undefined;
  const { column, operator, value, ignore_case } = comparison.data;
  return { column, operator, value, ...(ignore_case === true && { ignoreCase: true }) };
}

/** Within a group AND binds closer than OR, as in SQL. */
function fromGroup(answer: unknown): Condition | undefined {
  const group = groupSchema.safeParse(answer);
  if (!group.success) return fromComparison(answer);
  const alternatives: Condition[][] = [];
  for (const [i, item] of group.data.conditions.entries()) {
    const condition = fromGroup(item);
    if (condition === undefined) return undefined;
    const last = alternatives.at(-1);
    if (i === 0 || item.logicalOperator === "OR" || last === undefined) alternatives.push([condition]);
    else last.push(condition);
  }
  return canonicalCondition({ any: alternatives.map((all) => ({ all })) });
}

function fromTree(answer: unknown): Condition | undefined {
  const tree = treeSchema.safeParse(answer);
  if (!tree.success) return fromComparison(answer);
  const members = ("and" in tree.data ? tree.data.and : tree.data.or) as unknown[];
  const conditions = members.map(fromTree);
  if (conditions.length === 0 || conditions.includes(undefined)) return undefined;
  const known = conditions as Condition[];
  return canonicalCondition("and" in tree.data ? { all: known } : { any: known });
}
