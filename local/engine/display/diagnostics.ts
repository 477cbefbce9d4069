import { type EngineEvent } from "../events.js";
import { nameOf, typeOf, type Urn } from "../urn.js";

export type Diagnostic = Extract<EngineEvent, { kind: "diagnostic" }>;

/** Whom something is told of, and what. */
interface Told {
  readonly whose: string;
  readonly told: Diagnostic[];
}

/**
 * What is to be told, by resource. What is the same of many, such as that no server answers, is told once, of the
 * first of them and the number of the others.
 */
export function byResource(diagnostics: readonly Diagnostic[], stack: Urn): Iterable<Told> {
  const texts = new Map<string, { readonly one: Diagnostic; readonly urns: Set<Urn> }>();
  for (const one of diagnostics) {
    const text = `${one.severity}: ${one.message}`;
    const told = texts.get(text) ?? { one, urns: new Set<Urn>() };
    texts.set(text, told);
    told.urns.add(one.urn || stack);
  }
  const groups = new Map<string, Told>();
  for (const { one, urns } of texts.values()) {
    const [first = "", ...others] = urns;
    const name = first === "" ? "the stack" : `${typeOf(first)} (${nameOf(first)})`;
    const whose = others.length === 0 ? name : `${name} and ${others.length} more`;
    const group = groups.get(whose);
    if (group === undefined) groups.set(whose, { whose, told: [one] });
    else group.told.push(one);
  }
  return groups.values();
}
