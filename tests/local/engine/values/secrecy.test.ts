import fc from "fast-check";

import { containsSecret, Secret, withoutSecrets } from "../../../../local/engine/values/property.js";
import { hasSecrets, inheritSecrets, protectOutputs } from "../../../../local/engine/values/secrecy.js";
import { redactMap, shortText } from "../../../../local/engine/values/text.js";
import { fromStruct, toStruct } from "../../../../local/engine/values/wire.js";
import { propertyMap } from "../support/arbitraries.js";

describe("secrets through a provider that sees bare values", () => {
  test("what was asked as a secret comes back as one, at any depth", () => {
    const asked = { open: 1, hidden: new Secret("x"), deep: { key: new Secret(2), other: 3 } };
    const answer = { open: 1, hidden: "x", deep: { key: 2, other: 3 }, added: 4 };
    expect(inheritSecrets(answer, asked)).toEqual({ ...asked, added: 4 });
  });

  test("one secret element makes the whole list secret, because lists may come back in another order", () => {
    expect(inheritSecrets({ list: [2, 1] }, { list: [new Secret(1), 2] })).toEqual({
      list: new Secret([2, 1]),
    });
  });

  test("an echo of any properties loses no secret and changes no value", () => {
    fc.assert(
      fc.property(propertyMap, (asked) => {
        const echo = withoutSecrets(asked) as typeof asked;
        const marked = inheritSecrets(echo, asked);
        expect(withoutSecrets(marked)).toEqual(echo);
        expect(hasSecrets(marked)).toBe(hasSecrets(asked));
      }),
    );
  });

  test("outputs become secret by declaration, and when the input of the same name is", () => {
    const outputs = protectOutputs({ token: "t", password: "p", size: 1 }, { password: new Secret("p") }, [
      "token",
      "absent",
    ]);
    expect(outputs).toEqual({ token: new Secret("t"), password: new Secret("p"), size: 1 });
  });
});

describe("secrets on the wire and in texts", () => {
  test("any properties arrive as they were sent to a receiver that knows secrets, bare at one that does not", () => {
    fc.assert(
      fc.property(propertyMap, (map) => {
        expect(fromStruct(toStruct(map, { secrets: true, resources: true }))).toEqual(map);
        expect(fromStruct(toStruct(map, { secrets: false, resources: false }))).toEqual(withoutSecrets(map));
      }),
    );
  });

  test("a secret shows in no text, neither on purpose nor by accident", () => {
    const map = { a: new Secret("hush"), b: [{ c: new Secret({ d: "hush" }) }] };
    for (const text of [
      JSON.stringify(map),
      JSON.stringify(redactMap(map)),
      shortText(map.a),
      shortText(map.b),
    ]) {
      expect(text).toContain("[secret]");
      expect(text).not.toContain("hush");
    }
    expect(containsSecret(map)).toBe(true);
  });

  test("resources are sent as references, or as their ids to a receiver that knows none", () => {
    const reference = {
      "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
      urn: "u",
      id: "i",
    };
    expect(fromStruct(toStruct({ reference }, { secrets: true, resources: true }))).toEqual({ reference });
    expect(fromStruct(toStruct({ reference }, { secrets: false, resources: false }))).toEqual({
      reference: "i",
    });
  });
});
