import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import { isUnknownAt, ownProperties, type Properties, withoutUndefined } from "./values.js";

/**
 * Validates inputs, fills in defaults and normalises, so that a preview fails early and diffs are stable. A
 * failure names the property it is about. What is not known yet during a preview is not judged.
 */
export function checkInputs(schema: z.ZodType, news: unknown): dynamic.CheckResult<Properties> {
  const given = ownProperties(news as Properties);
  const parsed = schema.safeParse(given);
  if (parsed.success) return { inputs: withoutUndefined(parsed.data as Properties), failures: [] };
  const issues = parsed.error.issues.filter((issue) => !isUnknownAt(given, issue.path));
  const failures = issues.flatMap(failuresOf);
  return { inputs: failures.length > 0 ? given : normaliseKnown(schema, given), failures };
}

function failuresOf(issue: z.core.$ZodIssue): dynamic.CheckFailure[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      property: propertyPath([...issue.path, key]),
      reason: "is not a property here: is it misspelt?",
    }));
  if (issue.code === "invalid_key") {
    const reason = issue.issues.map((inner) => inner.message).join("; ");
    return [{ property: propertyPath(issue.path), reason: `the name ${reason}` }];
  }
  return [{ property: propertyPath(issue.path), reason: issue.message }];
}

/** `tabs[0].panels[2].layout.w` */
export function propertyPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((whole, key) => {
    if (typeof key === "number") return `${whole}[${key}]`;
    return whole === "" ? String(key) : `${whole}.${String(key)}`;
  }, "");
}

/** With a part of the inputs unknown the whole cannot be parsed, but each known property can. */
function normaliseKnown(schema: z.ZodType, given: Properties): Properties {
  const { shape } = schema as Partial<z.ZodObject>;
  if (shape === undefined) return given;
  const normalised = Object.entries(shape).map(([key, property]) => {
    const parsed = (property as z.ZodType).safeParse(given[key]);
    return [key, parsed.success ? parsed.data : given[key]] as const;
  });
  return withoutUndefined(Object.fromEntries(normalised));
}
