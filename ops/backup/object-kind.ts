import { type OpenObserve } from "@o2cqrs/providers/client";
import { type BackupObject } from "./format.js";

export type Body = BackupObject["body"];

/** An object that an organisation has now. */
export interface PresentObject extends BackupObject {
  /** Makes it as the body says. */
  overwrite(body: Body): Promise<void>;
}

/** Reads and writes the objects of one kind. */
export interface ObjectKind {
  list(server: OpenObserve): Promise<PresentObject[]>;
  create(server: OpenObserve, object: BackupObject): Promise<void>;
}

/** What the server answers, without what is its own and without what says nothing. */
export function own(answer: object, without: readonly string[] = []): Body {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) =>
      value === null || without.includes(key) ? undefined : value,
    ),
  ) as Body;
}

/** A body of the backup is what the server answered: the client's types say no more than its schemas did. */
export const sent = (body: Body) => body as never;

/** Names of alerts, dashboards and views may repeat: the second of a name is `#2`. */
export function numbered(objects: readonly PresentObject[]): PresentObject[] {
  const seen = new Map<string, number>();
  return objects.map((object) => {
    const count = (seen.get(object.key) ?? 0) + 1;
    seen.set(object.key, count);
    return count === 1 ? object : { ...object, key: `${object.key}#${count}` };
  });
}
