import { requirementsOf, type ResourceState } from "../state/resource-state.js";
import { isProviderType, stackType, typeOf, type Urn } from "../urn.js";
import { type Run } from "./run.js";

/** Which resources a run restricted to targets may touch. */
export class Targets {
  readonly #patterns: readonly RegExp[];
  /** What was actually reached, so that dependents can follow. */
  readonly #reached = new Set<Urn>();

  constructor(private readonly run: Run) {
    this.#patterns = run.options.targets.map(pattern);
  }

  get areGiven(): boolean {
    return this.#patterns.length > 0;
  }

  /** Whether the URN is one of the targets themselves. */
  names(urn: Urn): boolean {
    return this.#patterns.some((pattern) => pattern.test(urn));
  }

  /** Whether the run may touch the resource. Providers and the stack always take part. */
  include(state: ResourceState): boolean {
    const type = typeOf(state.urn);
    if (!this.areGiven || isProviderType(type) || type === stackType) return true;
    const included =
      this.names(state.urn) ||
      (this.run.options.targetDependents && requirementsOf(state).some((urn) => this.#reached.has(urn)));
    if (included) this.#reached.add(state.urn);
    return included;
  }

  /** The targets that name nothing, neither in the state nor in the program. */
  unknown(registered: Iterable<Urn>): string[] {
    const urns = [...registered, ...this.run.journal.base.resources.map(({ urn }) => urn)];
    return this.run.options.targets.filter((target) => !urns.some((urn) => pattern(target).test(urn)));
  }
}

/** Pulumi's globs: `*` within a part of a URN, `**` across parts. */
function pattern(target: string): RegExp {
  const source = target
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === "**" ? ".*" : part === "*" ? "[^:]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"),
    )
    .join("");
  return new RegExp(`^${source}$`, "s");
}
