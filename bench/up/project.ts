import { type GraphNode, graphOf } from "./graph.js";

/** A Pulumi project to deploy. */
export interface Project {
  readonly directory: string;
  readonly name: string;
  /** By full key, values as text. */
  readonly config: Readonly<Record<string, string>>;
  /** The same, but kept encrypted. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** One deploy. */
export interface Deployment {
  readonly seconds: number;
  /** Custom resources of the stack, the provider left out. */
  readonly resources: number;
  /** The whole state, as it is stored. */
  readonly stateBytes: number;
  /** What of the state is the code of dynamic providers. */
  readonly providerBytes: number;
  /** What was deployed, to be made again of resources that do nothing. */
  readonly graph: readonly GraphNode[];
}

export interface OpenStack {
  up(): Promise<Deployment>;
  refresh(): Promise<unknown>;
  destroy(): Promise<unknown>;
}

/** Something that deploys projects. */
export interface Engine {
  readonly title: string;
  /** @param folder for states and settings */
  open(project: Project, folder: string, env: Readonly<Record<string, string>>): Promise<OpenStack>;
}

/** A resource in a state of Pulumi's format. */
export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  readonly inputs?: { readonly __provider?: string };
}

/** Reads the figures out of a state in Pulumi's format. */
export function measureState(json: string): Omit<Deployment, "seconds"> {
  // Boundary: the engine's own format.
  const state = JSON.parse(json) as {
    deployment?: { resources: StoredResource[] };
    checkpoint?: { latest: { resources: StoredResource[] } };
  };
  const all = state.deployment?.resources ?? state.checkpoint?.latest.resources ?? [];
  const dynamic = all.filter(({ custom, inputs }) => custom === true && inputs?.__provider !== undefined);
  return {
    resources: dynamic.length,
    stateBytes: Buffer.byteLength(json),
    providerBytes: dynamic.reduce((sum, { inputs }) => sum + Buffer.byteLength(inputs?.__provider ?? ""), 0),
    graph: graphOf(all),
  };
}
