import fc from "fast-check";

import type { DeploymentJson } from "../../../../local/engine/state/format.js";
import { newState } from "../../../../local/engine/state/resource-state.js";
import { emptySnapshot, serializeSnapshot } from "../../../../local/engine/state/serialize.js";
import { stateBytes } from "../../../../local/engine/state/text.js";
import { resources } from "../support/arbitraries.js";
import { newCrypter } from "../../../../local/engine/secrets/passphrase.js";

const stateText = (deployment: DeploymentJson): string => stateBytes(deployment).toString();

describe("the text of a state", () => {
  test("is the JSON of any snapshot, the second time as the first", async () => {
    const crypter = await newCrypter("test");
    fc.assert(
      fc.property(resources, (list) => {
        const deployment = serializeSnapshot({ ...emptySnapshot(), resources: list }, crypter);
        const expected: unknown = JSON.parse(JSON.stringify({ version: 3, deployment }));
        expect(JSON.parse(stateText(deployment))).toEqual(expected);
        expect(JSON.parse(stateText(deployment))).toEqual(expected);
      }),
    );
  });

  test("holds each resource on a line of its own", () => {
    const list = ["a", "b"].map((urn) =>
      newState({ urn, type: "t", custom: true, inputs: { text: "1\n2" } }),
    );
    const lines = stateText(serializeSnapshot({ ...emptySnapshot(), resources: list }, undefined)).split(
      "\n",
    );
    const resource = (urn: string): unknown => ({ urn, custom: true, type: "t", inputs: { text: "1\n2" } });
    expect(lines.slice(1, 3).map((line) => JSON.parse(line.replace(/,$/, "")) as unknown)).toEqual([
      resource("a"),
      resource("b"),
    ]);
  });

  test("follows a resource whose properties are replaced between two writes", () => {
    const state = newState({ urn: "u", type: "t", custom: true, outputs: { n: 1 } });
    const write = (): string =>
      stateText(serializeSnapshot({ ...emptySnapshot(), resources: [state] }, undefined));
    expect(write()).toContain('"outputs":{"n":1}');
    state.outputs = { n: 2 };
    state.protect = true;
    expect(write()).toContain('"outputs":{"n":2},"protect":true');
  });
});
