import { type ResourceState } from "../state/resource-state.js";
import { type Urn } from "../urn.js";

/** What the run has decided so far, by URN. */
export class Ledger {
  /** Registered by the program. */
  readonly registered = new Set<Urn>();
  readonly created = new Set<Urn>();
  readonly updated = new Set<Urn>();
  readonly kept = new Set<Urn>();
  readonly replaced = new Set<Urn>();
  readonly read = new Set<Urn>();
  readonly deleted = new Set<Urn>();
  /** Not created because they are not among the targets. */
  readonly skipped = new Set<Urn>();
  /** Former URN to the present one. */
  readonly renamed = new Map<Urn, Urn>();
  /** Present URN to the former one. */
  readonly formerly = new Map<Urn, Urn>();
  /** Resources that a delete-before-replace has already deleted. */
  readonly condemned = new Set<ResourceState>();

  /** Whether the resource still has a place in the program. */
  isInUse(urn: Urn): boolean {
    const current = this.renamed.get(urn) ?? urn;
    return [this.kept, this.updated, this.replaced, this.read].some((set) => set.has(current));
  }

  /** Whether the run has decided anything about the resource. */
  isDecided(urn: Urn): boolean {
    return this.isInUse(urn) || this.created.has(urn) || this.deleted.has(urn);
  }
}
