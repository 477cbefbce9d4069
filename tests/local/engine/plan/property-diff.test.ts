import fc from "fast-check";

import { changedKeys, diffProperties } from "../../../../local/engine/plan/property-diff.js";
import { equalMaps, Secret, Unknown, withoutSecrets } from "../../../../local/engine/values/property.js";
import { propertyMap } from "../support/arbitraries.js";

describe("the difference of two property maps", () => {
  test("names each path and how it changes, and which force a replacement", () => {
    const before = { same: 1, gone: true, list: [1, { a: "x" }], kind: "red" };
    const after = { same: 1, fresh: null, list: [1, { a: "y" }, 3], kind: "blue" };
    expect(diffProperties(before, after, ["kind"])).toEqual({
      gone: { kind: "delete", replace: false },
      fresh: { kind: "add", replace: false },
      "list[1].a": { kind: "update", replace: false },
      "list[2]": { kind: "add", replace: false },
      kind: { kind: "update", replace: true },
    });
  });

  test("is empty exactly when the values are the same, whatever is secret", () => {
    fc.assert(
      fc.property(propertyMap, propertyMap, (a, b) => {
        const [bareA, bareB] = [withoutSecrets(a), withoutSecrets(b)];
        expect(Object.keys(diffProperties(a, a))).toEqual([]);
        expect(Object.keys(diffProperties(a, b)).length === 0).toBe(
          equalMaps(bareA as never, bareB as never),
        );
      }),
    );
  });

  test("a value that becomes secret has not changed; an unknown one has", () => {
    expect(diffProperties({ a: 1 }, { a: new Secret(1) })).toEqual({});
    expect(Object.keys(diffProperties({ a: 1 }, { a: Unknown.instance }))).toEqual(["a"]);
  });

  test("changed keys are the top-level names, also of properties that came or went", () => {
    expect(changedKeys({ a: { x: 1 }, b: 1, gone: null }, { a: { x: 2 }, b: 1, fresh: null }).sort()).toEqual(
      ["a", "fresh", "gone"],
    );
  });
});
