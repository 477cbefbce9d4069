/** Stands for a value that only the deployment will know. A rule gives it the benefit of the doubt. */
export const unknown = Symbol("unknown");

export type Value =
  | undefined
  | null
  | boolean
  | number
  | string
  | typeof unknown
  | readonly Value[]
  | { readonly [name: string]: Value };

export type Properties = Readonly<Record<string, Value>>;

/** A resource as a rule sees it: plain data. */
export interface Resource {
  /** Type token, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly name: string;
  readonly props: Properties;
}

/** What a rule may know beside the resources. */
export interface Facts {
  /** Whether the stack is production. */
  readonly production: boolean;
  /** Values that stand encrypted in the stack's config. */
  readonly secrets: readonly string[];
}

/** The values of a list, or none when it is not one. */
export const list = (value: Value): readonly Value[] =>
  Array.isArray(value) ? (value as readonly Value[]) : [];

/** The properties of an object, or none when it is not one. */
export const object = (value: Value): Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};

/** A value as a word in a message. */
export const word = (value: Value): string =>
  value === unknown || typeof value === "object" ? "?" : String(value);

/** The value at a path of property names. */
export const at = (value: Value, ...path: readonly string[]): Value =>
  path.reduce((found, name) => (found === unknown ? unknown : object(found)[name]), value);

/** Whether a resource is one of this project's kinds on the server: `isKind(resource, "Stream")`. */
export const isKind = ({ type }: Resource, kind: string): boolean => type.endsWith(`/o2cqrs:${kind}`);

/** Group, version and kind of a Kubernetes object, or undefined for anything else. */
export function kubernetesKind({ type }: Resource): string | undefined {
  const [provider, , kind] = type.split(":");
  return provider === "kubernetes" ? kind : undefined;
}

export const isContainer = ({ type }: Resource): boolean => type === "docker:index/container:Container";

/** Every text in a value with the path to it. */
export function texts(value: Value, path: readonly string[] = []): { path: string[]; text: string }[] {
  if (typeof value === "string") return [{ path: [...path], text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]: [string, Value]) => texts(each, [...path, name]));
}
