import fc from "fast-check";

import { newCrypter, type Crypter } from "../../../../local/engine/secrets/passphrase.js";
import { deploymentSchema } from "../../../../local/engine/state/format.js";
import { newState } from "../../../../local/engine/state/resource-state.js";
import {
  deserializeSnapshot,
  deserializeValue,
  emptySnapshot,
  serializeSnapshot,
  serializeValue,
} from "../../../../local/engine/state/serialize.js";
import {
  containsSecret,
  type PropertyMap,
  Secret,
  Unknown,
} from "../../../../local/engine/values/property.js";
import { propertyMap, propertyValue, resources } from "../support/arbitraries.js";

let crypter: Crypter;
beforeAll(async () => {
  crypter = await newCrypter("test");
});

/** Through the text of a file, as a state goes. */
const throughText = (json: unknown): unknown => JSON.parse(JSON.stringify(json));

describe("what is stored", () => {
  test("any value is read back as it was written, secrets included", () => {
    fc.assert(
      fc.property(propertyValue, (value) => {
        expect(deserializeValue(throughText(serializeValue(value, crypter)), crypter)).toEqual(value);
      }),
    );
  });

  test("any snapshot is read back as it was written, and fits the schema of the format", () => {
    fc.assert(
      fc.property(resources, propertyMap, (list, metadata) => {
        fc.pre(!Object.values(metadata).some(containsSecret));
        const [first] = list;
        const snapshot = {
          ...emptySnapshot(),
          resources: list,
          pendingOperations: first ? [{ resource: first, type: "creating" as const }] : [],
          metadata,
        };
        const json = deploymentSchema.parse(throughText(serializeSnapshot(snapshot, crypter)));
        expect(deserializeSnapshot(json, crypter)).toEqual(snapshot);
      }),
    );
  });

  test("no secret is readable in the text", () => {
    const secret = "very-Secret-Value";
    fc.assert(
      fc.property(propertyMap, (inputs) => {
        const hidden: PropertyMap = { ...inputs, hidden: new Secret({ list: [secret] }) };
        const state = newState({ urn: "u", type: "t", custom: true, inputs: hidden, outputs: hidden });
        const text = JSON.stringify(serializeSnapshot({ ...emptySnapshot(), resources: [state] }, crypter));
        expect(text).not.toContain(secret);
      }),
    );
  });

  test("a state that did not change is written back the same, ciphertexts and all", () => {
    const state = newState({ urn: "u", type: "t", custom: true, inputs: { a: new Secret("x") } });
    const once = throughText(
      serializeSnapshot({ ...emptySnapshot(), resources: [state] }, crypter, new Date(0)),
    );
    const again = serializeSnapshot(
      deserializeSnapshot(deploymentSchema.parse(once), crypter),
      crypter,
      new Date(0),
    );
    expect(throughText(again)).toEqual(once);
  });

  test("fields of a newer engine survive", () => {
    const json = {
      manifest: { time: "", magic: "", version: "v9" },
      resources: [{ urn: "u", type: "t", custom: true, viewOf: "other", hideDiff: ["a"] }],
      snippets: [{ id: 1 }],
    };
    const again = serializeSnapshot(deserializeSnapshot(deploymentSchema.parse(json), undefined), undefined);
    expect(again).toMatchObject({ resources: json.resources, snippets: json.snippets });
  });

  test("the manifest's magic is the hash of its version, as the real engine checks", () => {
    const { manifest } = serializeSnapshot(emptySnapshot(), undefined);
    expect(manifest).toMatchObject({
      version: "v3.248.0",
      magic: "1c72415da0837d6b54e4fd59aa49d86e7a984759e60a944fc9ff1c8042addcfe",
    });
  });

  test("a secret without a passphrase, and an unknown value, are refused", () => {
    expect(() => serializeValue({ a: new Secret(1) }, undefined)).toThrow(
      /no passphrase was given.*PULUMI_CONFIG_PASSPHRASE/,
    );
    expect(() => serializeValue([Unknown.instance], crypter)).toThrow(/unknown value/);
    const stored = throughText(serializeValue(new Secret(1), crypter));
    expect(() => deserializeValue(stored, undefined)).toThrow(/holds secrets, but no passphrase/);
  });

  test("what `pulumi stack export --show-secrets` writes is read too", () => {
    const exported = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: '"open"',
    };
    expect(deserializeValue(exported, undefined)).toEqual(new Secret("open"));
  });
});
