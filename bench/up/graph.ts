import type { StoredResource } from "./project.js";

/** One resource of a stack for `same-graph` to make again, components without inputs. */
export interface GraphNode {
  readonly urn: string;
  /** Unique, whatever its type. */
  readonly name: string;
  readonly type: string;
  readonly parent: string | undefined;
  readonly dependencies: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
}

/** Components and dynamic resources of a state, in its order: what is depended on comes first. */
export function graphOf(resources: readonly StoredResource[]): GraphNode[] {
  const kept = resources.filter(
    ({ type, custom, inputs }) => type !== rootType && (custom !== true || inputs?.__provider !== undefined),
  );
  const urns = new Set(kept.map(({ urn }) => urn));
  return kept.map(({ urn, type, custom, parent, dependencies = [], inputs }) => ({
    urn,
    name: urn.split("::").slice(2).join("-").replaceAll(/[$:/]/g, "-"),
    type,
    parent: parent !== undefined && urns.has(parent) ? parent : undefined,
    dependencies: dependencies.filter((each) => urns.has(each)),
    inputs: custom === true ? withoutCode(inputs) : undefined,
  }));
}

const rootType = "pulumi:pulumi:Stack";

/** The code of its provider is each resource's own; a secret is put back as a text as long as its cipher. */
function withoutCode(inputs: StoredResource["inputs"]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(inputs ?? {})
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, value]) => [key, withoutSecrets(value)]),
  );
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if ("ciphertext" in value) return "x".repeat(String(value.ciphertext).length);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
