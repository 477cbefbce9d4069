import { z } from "zod";
import { messageOf, usageError } from "../cli/errors.js";

const stateSchema = z.looseObject({ inputs: z.record(z.string(), z.unknown()).optional() });

const planSchema = z.looseObject({
  steps: z
    .array(
      z.looseObject({
        op: z.string(),
        urn: z.string(),
        oldState: stateSchema.nullish(),
        newState: stateSchema.nullish(),
        replaceReasons: z.array(z.string()).nullish(),
        detailedDiff: z.record(z.string(), z.looseObject({ kind: z.string() })).nullish(),
      }),
    )
    .default([]),
});

/** What a deploy would do, as `pulumi preview --json` and the embedded engine write it. */
export type Plan = z.output<typeof planSchema>;

/** @throws OperatorError when the text is not a preview's JSON */
export function parsePlan(text: string): Plan {
  try {
    return planSchema.parse(JSON.parse(text));
  } catch (error) {
    throw usageError(
      `This is not the JSON of a preview: ${messageOf(error)}`,
      "Write it with: pulumi preview --json, or o2cqrs preview --json.",
    );
  }
}

export interface FieldChange {
  /** Path of the property, such as `trigger.periodMinutes` or `tabs[0].panels[1].title`. */
  readonly path: string;
  /** As the program wants it. */
  readonly ours: unknown;
  /** As it is now. */
  readonly theirs: unknown;
  readonly forcesReplacement: boolean;
}

export type ChangeKind = "create" | "update" | "replace" | "delete";

export interface PlannedChange {
  readonly change: ChangeKind;
  /** Kind of the resource, such as `Stream`. */
  readonly kind: string;
  readonly name: string;
  readonly fields: readonly FieldChange[];
}

const operations: Readonly<Record<string, ChangeKind>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};

/** The resources that a plan changes; a replacement counts once. */
export function changesOf({ steps }: Plan): PlannedChange[] {
  return steps.flatMap(({ op, urn, oldState, newState, detailedDiff }) => {
    const change = operations[op];
    if (change === undefined) return [];
    const fields = Object.entries(detailedDiff ?? {})
      // How a resource is served is not a property of it.
      .filter(([path]) => !path.startsWith("__"))
      .map(([path, { kind }]) => ({
        path,
        ours: valueAt(newState?.inputs, path),
        theirs: valueAt(oldState?.inputs, path),
        forcesReplacement: kind.endsWith("replace"),
      }));
    return [{ change, ...identityOf(urn), fields }];
  });
}

/** `urn:pulumi:dev::o2cqrs::pulumi-nodejs:dynamic/o2cqrs:Stream::cqrs-events` */
function identityOf(urn: string): { kind: string; name: string } {
  const [, , type = "", ...name] = urn.split("::");
  return { kind: type.split(/[:/$]/).at(-1) ?? type, name: name.join("::") };
}

/** The value at a property path; keys with dots stand in `["…"]`. */
function valueAt(inputs: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)];
  return keys.reduce<unknown>((value, [, quoted, index, name]) => {
    if (typeof value !== "object" || value === null) return undefined;
    return (value as Record<string, unknown>)[quoted ?? index ?? name ?? ""];
  }, inputs);
}

const longest = 80;

/** A value for people, on one line. */
export function shortValue(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
