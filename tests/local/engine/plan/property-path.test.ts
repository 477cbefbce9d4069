import fc from "fast-check";

import {
  containsPath,
  formatPath,
  parsePath,
  resetPaths,
} from "../../../../local/engine/plan/property-path.js";
import { Secret } from "../../../../local/engine/values/property.js";

describe("property paths", () => {
  test.each([
    ["a", ["a"]],
    ["a.b[0].c", ["a", "b", 0, "c"]],
    ['a["x.y"]', ["a", "x.y"]],
    ['["quo\\"te"]', ['quo"te']],
    ["a[*].b", ["a", "*", "b"]],
    ["*", ["*"]],
    ["#initerror", ["#initerror"]],
  ])("%s is read as %j", (text, path) => {
    expect(parsePath(text)).toEqual(path);
  });

  test("what is written is read back", () => {
    const part = fc.oneof(
      fc.nat(),
      fc.string({ minLength: 1 }).filter((name) => name !== "*"),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });

  test("a path contains what lies below it, and a star anything", () => {
    expect(containsPath(["a"], ["a", "b"])).toBe(true);
    expect(containsPath(["a", "*"], ["a", 3, "c"])).toBe(true);
    expect(containsPath(["a", "b"], ["a"])).toBe(false);
    expect(containsPath(["*"], ["anything"])).toBe(true);
  });
});

describe("ignoring changes", () => {
  const reset = (before: object, now: object, ...paths: string[]) =>
    resetPaths(before as never, now as never, paths);

  test("the old value comes back", () => {
    expect(reset({ a: 1, b: 1 }, { a: 2, b: 2 }, "a")).toEqual({ inputs: { a: 1, b: 2 }, impossible: [] });
  });

  test("a property that was added is taken away, and one that was removed comes back", () => {
    expect(reset({}, { a: 1 }, "a").inputs).toEqual({});
    expect(reset({ a: 1 }, {}, "a").inputs).toEqual({ a: 1 });
  });

  test("paths reach into objects, lists and every element", () => {
    expect(reset({ a: { b: [1, 2] } }, { a: { b: [8, 9] } }, "a.b[1]").inputs).toEqual({ a: { b: [8, 2] } });
    expect(reset({ l: [{ v: 1 }, { v: 2 }] }, { l: [{ v: 8 }, { v: 9 }] }, "l[*].v").inputs).toEqual({
      l: [{ v: 1 }, { v: 2 }],
    });
    expect(reset({ a: 1, b: 2 }, { a: 8, c: 9 }, "*").inputs).toEqual({ a: 1, b: 2 });
  });

  test("elements that came or went cannot be ignored, and are named", () => {
    expect(reset({ l: [1] }, { l: [1, 2] }, "l[1]")).toEqual({ inputs: { l: [1, 2] }, impossible: ["l[1]"] });
    expect(reset({}, { a: { b: 1 } }, "a.b").impossible).toEqual(["a.b"]);
  });

  test("a path reaches into a secret, which stays one", () => {
    const { inputs } = reset({ s: new Secret({ a: 1 }) }, { s: new Secret({ a: 2 }) }, "s.a");
    expect(inputs.s).toEqual(new Secret({ a: 1 }));
  });
});
