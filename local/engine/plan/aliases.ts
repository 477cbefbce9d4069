import { makeUrn, nameOf, parseUrn, stackType, typeOf, type Urn } from "../urn.js";
import { type Alias, type Goal } from "./goal.js";

/**
 * All the URNs that a resource may have had, nearest first: its own aliases, then those it has because its
 * parent was called otherwise.
 * @param parentAlias the URN under which the parent was found in the state, if it was another one
 */
export function possibleUrns(
  goal: Pick<Goal, "name" | "type" | "parent" | "aliases">,
  stack: string,
  project: string,
  aliasOf: (urn: Urn) => Urn | undefined,
): Urn[] {
  const own = goal.aliases.map((alias) => aliasUrn(goal, stack, project, alias, aliasOf));
  const parentAlias = goal.parent === "" ? undefined : aliasOf(goal.parent);
  if (parentAlias === undefined) return [...new Set(own)];
  const parentName = nameOf(goal.parent);
  const inherited = [
    inheritedUrn(goal.type, goal.name, parentName, parentAlias),
    ...own.map((urn) => inheritedUrn(typeOf(urn), nameOf(urn), parentName, parentAlias)),
  ];
  return [...new Set([...own, ...inherited])];
}

function aliasUrn(
  goal: Pick<Goal, "name" | "type" | "parent">,
  stack: string,
  project: string,
  alias: Alias,
  aliasOf: (urn: Urn) => Urn | undefined,
): Urn {
  if (alias.urn !== "") return alias.urn;
  const named = alias.parent === "" ? goal.parent : (aliasOf(alias.parent) ?? alias.parent);
  const parent = alias.noParent || parseUrn(named).qualifiedType === stackType ? "" : named;
  return makeUrn(
    alias.stack || stack,
    alias.project || project,
    parent,
    alias.type || goal.type,
    alias.name || goal.name,
  );
}

/** Children are often named after their parent; then the parent's old name is in the child's old name too. */
function inheritedUrn(type: string, name: string, parentName: string, parentAlias: Urn): Urn {
  const { stack, project } = parseUrn(parentAlias);
  const oldName = name.startsWith(parentName) ? nameOf(parentAlias) + name.slice(parentName.length) : name;
  return makeUrn(stack, project, parentAlias, type, oldName);
}
