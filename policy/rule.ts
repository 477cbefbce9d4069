import type { Facts, Resource } from "./resource.js";

interface Described {
  /** Unique in the pack; what an exception in its configuration names. */
  readonly name: string;
  /** What must be so, in one sentence. */
  readonly description: string;
  /** What to do when it is not so. */
  readonly cure: string;
}

/** A rule about one resource. It is checked before the resource is made. */
export interface ResourceRule extends Described {
  /** What is wrong with the resource, a sentence each; nothing when all is well. */
  readonly check: (resource: Resource, facts: Facts) => readonly string[];
}

export interface StackViolation {
  /** The resource that is to blame. */
  readonly resource: Resource;
  readonly message: string;
}

/** A rule about resources together. It is checked when all of them are known: at the end of a preview. */
export interface StackRule extends Described {
  readonly checkAll: (resources: readonly Resource[], facts: Facts) => readonly StackViolation[];
}

export type Rule = ResourceRule | StackRule;
