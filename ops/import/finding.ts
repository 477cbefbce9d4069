import { isDeepStrictEqual } from "node:util";
import { type z } from "zod";
import { withoutDefaults } from "./without-defaults.js";

/** The kinds of resource that are found, in the order in which they need each other. */
export const foundKinds = [
  "Organization",
  "Stream",
  "EnrichmentTable",
  "Function",
  "Folder",
  "AlertTemplate",
  "AlertDestination",
  "PipelineDestination",
  "Pipeline",
  "Alert",
  "Dashboard",
  "SavedView",
  "ServiceAccount",
  "User",
] as const;

export type FoundKind = (typeof foundKinds)[number];

/** An object of the server, in terms of a resource's arguments. */
export interface FoundObject {
  readonly kind: FoundKind;
  /** What the server calls it. */
  readonly name: string;
  /** Arguments of the resource, without those that go without saying. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Id by which others refer to it; folders only. */
  readonly id?: string;
}

/** An object that no resource can stand for without changing it. */
export interface LeftOut {
  readonly kind: FoundKind;
  readonly name: string;
  readonly reason: string;
}

export interface Scan {
  readonly objects: readonly FoundObject[];
  readonly leftOut: readonly LeftOut[];
}

/** What the scan needs of a kind's rules. */
interface Rules<Inputs> {
  readonly name: string;
  readonly schema: z.ZodType<Inputs>;
  readonly comparable: (inputs: Inputs) => object;
}

export type InputsOf<R> = R extends Rules<infer Inputs> ? Inputs : never;

export type Finding = FoundObject | LeftOut;

export const leftOut = (kind: FoundKind, name: string, reason: string): LeftOut => ({ kind, name, reason });

export const ambiguous = (kind: FoundKind, name: string) =>
  leftOut(kind, name, "several have this name, so none can be told from the others");

/**
 * Whether the arguments mean what the server has.
 *
 * @param readBack what the server's object is in the eyes of a deployment that wants these inputs
 */
export function judge<I extends object>(
  rules: Rules<I>,
  name: string,
  described: { readonly [K in keyof I]?: I[K] | undefined },
  readBack: (wanted: I) => I = () => described as I,
): Finding {
  const kind = rules.name as FoundKind;
  const own = JSON.parse(JSON.stringify({ ...described, adopt: undefined, marker: undefined })) as object;
  const parsed = rules.schema.safeParse(own);
  if (!parsed.success) return leftOut(kind, name, explain(parsed.error));
  const comparable = (inputs: I): unknown =>
    JSON.parse(JSON.stringify({ ...rules.comparable(inputs), adopt: undefined, marker: undefined }));
  if (!isDeepStrictEqual(comparable(parsed.data), comparable(readBack(parsed.data))))
    return leftOut(kind, name, "the server writes it in a way that a deployment would change");
  return { kind, name, args: withoutDefaults(rules.schema, own) };
}

/** Values may be secret: only places and rules are told. */
function explain(error: z.ZodError): string {
  const problems = error.issues.map((issue) => {
    const place = issue.path.map(String).join(".");
    if (issue.code === "unrecognized_keys") return `${place}: has settings that the arguments cannot express`;
    return place === "" ? issue.message : `${place}: ${issue.message}`;
  });
  return [...new Set(problems)].slice(0, 3).join("; ");
}
