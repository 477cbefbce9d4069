import { z } from "zod";
import { secretsIn } from "../import/secrets.js";
import { type BackupObject } from "./format.js";

/** Stands in a backup for a text with credentials: what is around them, and their names. */
const gapSchema = z.strictObject({
  $text: z.array(z.union([z.string(), z.strictObject({ $secret: z.string() })])),
});

type Gap = z.output<typeof gapSchema>;

const placeOf = (kind: string, key: string, path: string): string => `${kind}/${key}/${path}`;

/** What stands for a credential that no server tells, and that only making the object needs. */
export const secretPlace = (kind: string, key: string, member: string): Gap => ({
  $text: [{ $secret: placeOf(kind, key, member) }],
});

/** Members of a destination that are credentials as a whole: a webhook's address, and its headers. */
const isWholeSecret = (kind: string, path: readonly string[]): boolean =>
  (kind === "destination" || kind === "pipelineDestination") &&
  (path.join(".") === "url" || (path[0] === "headers" && path.length === 2));

/** An object with every credential replaced by its name. */
export function hideSecrets(object: BackupObject): BackupObject {
  const place = (path: readonly string[]) => placeOf(object.kind, object.key, path.join("."));
  const hide = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === "string") {
      if (isWholeSecret(object.kind, path)) return { $text: [{ $secret: place(path) }] } satisfies Gap;
      return withGaps(value, place(path)) ?? value;
    }
    if (Array.isArray(value)) return value.map((item: unknown, i) => hide(item, [...path, String(i)]));
    if (typeof value !== "object" || value === null || gapSchema.safeParse(value).success) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, hide(member, [...path, key])]),
    );
  };
  return { ...object, body: hide(object.body, []) as BackupObject["body"] };
}

function withGaps(text: string, name: string): Gap | undefined {
  const spans = secretsIn(text);
  if (spans.length === 0) return undefined;
  const parts: Gap["$text"] = [];
  let at = 0;
  for (const [i, { start, end }] of spans.entries()) {
    if (start > at) parts.push(text.slice(at, start));
    parts.push({ $secret: i === 0 ? name : `${name}#${i + 1}` });
    at = end;
  }
  if (at < text.length) parts.push(text.slice(at));
  return { $text: parts };
}

/** Names of the credentials that are left out of objects. */
export function hiddenIn(objects: readonly BackupObject[]): string[] {
  const names: string[] = [];
  for (const { body } of objects) replaceGaps(body, (gap) => names.push(...namesIn(gap)));
  return names;
}

const namesIn = ({ $text }: Gap): string[] =>
  $text.flatMap((part) => (typeof part === "string" ? [] : [part.$secret]));

/** An object with its credentials filled in, as far as they are known. */
export function revealSecrets(object: BackupObject, values: Readonly<Record<string, string>>): BackupObject {
  const body = replaceGaps(object.body, (gap) =>
    namesIn(gap).every((name) => name in values)
      ? gap.$text.map((part) => (typeof part === "string" ? part : values[part.$secret])).join("")
      : gap,
  );
  return { ...object, body: body as BackupObject["body"] };
}

function replaceGaps(value: unknown, replace: (gap: Gap) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => replaceGaps(item, replace));
  if (typeof value !== "object" || value === null) return value;
  const gap = gapSchema.safeParse(value);
  if (gap.success) return replace(gap.data);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, replaceGaps(member, replace)]),
  );
}
