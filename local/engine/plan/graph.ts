import { requirementsOf, type ResourceState } from "../state/resource-state.js";
import { type Urn } from "../urn.js";

/**
 * Who needs whom among the resources of a state. The list is in dependency order, as Pulumi's state is, so a
 * requirement names the nearest resource of that URN *before* the one that has it (several may share a URN
 * while a replaced one waits to be deleted).
 */
export class ResourceGraph {
  readonly #order: readonly ResourceState[];
  readonly #requires = new Map<ResourceState, ReadonlySet<ResourceState>>();
  readonly #requiredBy = new Map<ResourceState, Set<ResourceState>>();

  constructor(resources: readonly ResourceState[]) {
    this.#order = resources;
    const seen = new Map<Urn, ResourceState>();
    for (const resource of resources) {
      const required = new Set<ResourceState>();
      for (const urn of requirementsOf(resource)) {
        const target = seen.get(urn);
        if (target) required.add(target);
      }
      this.#requires.set(resource, required);
      this.#requiredBy.set(resource, new Set());
      for (const target of required) this.#requiredBy.get(target)?.add(resource);
      seen.set(resource.urn, resource);
    }
  }

  /** What the resource needs directly. */
  requirements(resource: ResourceState): ReadonlySet<ResourceState> {
    return this.#requires.get(resource) ?? new Set();
  }

  /** What needs the resource directly. */
  dependents(resource: ResourceState): ReadonlySet<ResourceState> {
    return this.#requiredBy.get(resource) ?? new Set();
  }

  /** Everything that needs the resource directly or through others, in dependency order. */
  allDependents(resource: ResourceState): ResourceState[] {
    return this.#closure(resource, (next) => this.dependents(next));
  }

  /** Everything the resource needs directly or through others, in dependency order. */
  allRequirements(resource: ResourceState): ResourceState[] {
    return this.#closure(resource, (next) => this.requirements(next));
  }

  #closure(
    start: ResourceState,
    next: (resource: ResourceState) => ReadonlySet<ResourceState>,
  ): ResourceState[] {
    const found = new Set<ResourceState>();
    const frontier = [start];
    for (let current = frontier.pop(); current; current = frontier.pop())
      for (const other of next(current))
        if (!found.has(other)) {
          found.add(other);
          frontier.push(other);
        }
    return this.#order.filter((resource) => found.has(resource));
  }
}

/**
 * Runs a task for every resource, each as soon as the tasks of all that must come before it have succeeded.
 * A failure skips what waits for it; the rest goes on unless `mayStart` says otherwise.
 * @param before for a resource, those among `resources` whose tasks come first
 * @returns the resources whose task did not run
 */
export async function inOrder(
  resources: readonly ResourceState[],
  before: (resource: ResourceState) => Iterable<ResourceState>,
  task: (resource: ResourceState) => Promise<boolean>,
): Promise<ResourceState[]> {
  const members = new Set(resources);
  const running = new Map<ResourceState, Promise<boolean>>();
  const skipped: ResourceState[] = [];
  const start = (resource: ResourceState): Promise<boolean> => {
    let result = running.get(resource);
    if (!result) {
      result = (async () => {
        const first = [...before(resource)].filter((other) => members.has(other));
        const succeeded = await Promise.all(first.map(start));
        if (succeeded.every(Boolean)) return task(resource);
        skipped.push(resource);
        return false;
      })();
      running.set(resource, result);
    }
    return result;
  };
  await Promise.all(resources.map(start));
  return skipped;
}
