import { z } from "zod";
import { messageOf, usageError } from "../cli/errors.js";
import { differingPaths, hidden, hiddenPaths } from "./differences.js";

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
  diagnostics: z.array(z.looseObject({ severity: z.string(), message: z.string() })).nullish(),
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

/** Why a preview failed, in the engine's words; its plan may then lack resources. Empty for one that did not. */
export function failuresOf({ diagnostics }: Plan): string[] {
  return (diagnostics ?? []).filter(({ severity }) => severity === "error").map(({ message }) => message);
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

type Step = Plan["steps"][number];

/** The resources that a plan changes; a replacement counts once. */
export function changesOf({ steps }: Plan): PlannedChange[] {
  return steps.flatMap((step) => {
    const change = operations[step.op];
    if (change === undefined) return [];
    return [{ change, ...identityOf(step.urn), fields: fieldsOf(change, step) }];
  });
}

function fieldsOf(
  change: ChangeKind,
  { oldState, newState, detailedDiff, replaceReasons }: Step,
): FieldChange[] {
  const [before, after] = [plain(oldState?.inputs), plain(newState?.inputs)];
  const field = (path: string, forcesReplacement: boolean) => ({
    path,
    ours: valueAt(after, path),
    theirs: valueAt(before, path),
    forcesReplacement,
  });
  const told = Object.entries(detailedDiff ?? {});
  if (told.length > 0)
    return told
      .filter(([path]) => isProperty(path))
      .map(([path, { kind }]) => field(path, kind.endsWith("replace")));
  if (change !== "update" && change !== "replace") return [];
  // The Pulumi CLI tells no details of resources of dynamic providers: what differs is found here.
  const found = differingPaths(before ?? {}, after ?? {}).filter(isProperty);
  const paths = found.length > 0 ? found : hiddenPaths(after ?? {}).filter(isProperty);
  return paths.map((path) => field(path, replaceReasons?.includes(path.split(/[.[]/)[0] ?? path) ?? false));
}

/** How a resource is served is not a property of it. */
const isProperty = (path: string): boolean => !path.startsWith("__");

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

/** Stands in a preview for what only the deployment will know. */
const notKnownYet = new Set(["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[unknown]"]);

/** Key by which a state marks a secret, with its value or its cipher beside it. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** Values as they may be shown: no secret, whatever wrote the preview, and words for what is not known yet. */
function plain(value: unknown): unknown {
  if (typeof value === "string") return notKnownYet.has(value) ? "(known when deployed)" : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return hidden;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

const longest = 80;
const context = 20;

/** A value for people, on one line. */
export const shortValue = (value: unknown): string => cut(lineOf(value), 0);

/** Two values for people; where they are long, the part where they begin to differ. */
export function shortValues(before: unknown, after: unknown): readonly [string, string] {
  const [from, to] = [lineOf(before), lineOf(after)];
  if (from.length <= longest && to.length <= longest) return [from, to];
  let same = 0;
  while (same < Math.min(from.length, to.length) && from[same] === to[same]) same++;
  const start = Math.max(0, same - context);
  return [cut(from, start), cut(to, start)];
}

const cut = (text: string, start: number): string =>
  `${start > 0 ? "…" : ""}${text.slice(start, start + longest)}${text.length > start + longest ? "…" : ""}`;

function lineOf(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replace(/\s+/g, " ");
}
