import fc from "fast-check";

import { withCurrentUrns } from "../../../../local/engine/state/aliases.js";
import { verifyIntegrity } from "../../../../local/engine/state/integrity.js";
import { newState } from "../../../../local/engine/state/resource-state.js";
import { resources, urnAt } from "../support/arbitraries.js";

describe("the integrity of a state", () => {
  test("a list in dependency order is accepted; reversed it is not, if anything needs anything", () => {
    fc.assert(
      fc.property(resources, (list) => {
        expect(() => verifyIntegrity(list)).not.toThrow();
        const needs = list.some(({ dependencies, parent }) => dependencies.length > 0 || parent !== "");
        if (needs)
          expect(() => verifyIntegrity([...list].reverse())).toThrow(/damaged.*does not stand before it/);
      }),
    );
  });

  test("two living resources of one name are refused, one waiting for its deletion is not counted", () => {
    const one = newState({ urn: urnAt(1), type: "t", custom: true });
    expect(() => verifyIntegrity([one, { ...one }])).toThrow(/occurs twice/);
    expect(() => verifyIntegrity([{ ...one, delete: true }, one])).not.toThrow();
  });
});

describe("resources that are called otherwise now", () => {
  const urn = (types: string, name: string): string => `urn:pulumi:dev::p::${types}::${name}`;

  test("are referred to by their present URN everywhere, and their children move along", () => {
    const parent = newState({
      urn: urn("t:New", "b"),
      type: "t:New",
      custom: false,
      aliases: [urn("t:Old", "a")],
    });
    const child = newState({
      urn: urn("t:Old$c:C", "child"),
      type: "c:C",
      custom: true,
      parent: urn("t:Old", "a"),
    });
    const other = newState({
      urn: urn("c:C", "other"),
      type: "c:C",
      custom: true,
      dependencies: [child.urn],
      propertyDependencies: { x: [child.urn] },
      deletedWith: child.urn,
      provider: `${child.urn}::id`,
    });
    const moved = urn("t:New$c:C", "child");
    const [newParent, newChild, newOther] = withCurrentUrns([parent, child, other]);
    expect(newParent).toMatchObject({ urn: parent.urn, aliases: [] });
    expect(newChild).toMatchObject({ urn: moved, parent: parent.urn });
    expect(newOther).toMatchObject({
      dependencies: [moved],
      propertyDependencies: { x: [moved] },
      deletedWith: moved,
      provider: `${moved}::id`,
    });
  });
});
