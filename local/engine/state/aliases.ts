import { makeUrn, nameOf, parseUrn, stackType, typeOf, type Urn } from "../urn.js";
import { type ResourceState } from "./resource-state.js";

/**
 * Rewrites every reference to a resource by a former URN. Resources that this run has not reached yet still
 * refer to their parents and dependencies by the names those had before.
 * @returns the same states where nothing changed, copies where it did
 */
export function withCurrentUrns(resources: readonly ResourceState[]): ResourceState[] {
  const current = new Map<Urn, Urn>();
  for (const state of resources) {
    for (const alias of state.aliases) if (alias !== state.urn) current.set(alias, state.urn);
    const parent = current.get(state.parent);
    if (parent !== undefined && parseUrn(parent).qualifiedType !== stackType) {
      const { stack, project } = parseUrn(state.urn);
      const urn = makeUrn(stack, project, parent, typeOf(state.urn), nameOf(state.urn));
      if (urn !== state.urn) current.set(state.urn, urn);
    }
  }
  if (current.size === 0) return [...resources];
  const fix = (urn: Urn): Urn => current.get(urn) ?? urn;
  return resources.map((state) => ({
    ...state,
    urn: fix(state.urn),
    parent: fix(state.parent),
    provider: fixReference(state.provider, fix),
    dependencies: state.dependencies.map(fix),
    propertyDependencies: Object.fromEntries(
      Object.entries(state.propertyDependencies).map(([name, urns]) => [name, urns.map(fix)]),
    ),
    deletedWith: fix(state.deletedWith),
    replaceWith: state.replaceWith.map(fix),
    aliases: [],
  }));
}

function fixReference(reference: string, fix: (urn: Urn) => Urn): string {
  if (reference === "") return "";
  const separator = reference.lastIndexOf("::");
  return fix(reference.slice(0, separator)) + reference.slice(separator);
}
