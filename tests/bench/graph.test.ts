import { graphOf } from "../../bench/up/graph.js";

const urn = (type: string, name: string) => `urn:pulumi:bench::o2cqrs::${type}::${name}`;
const stack = urn("pulumi:pulumi:Stack", "o2cqrs-bench");
const provider = urn("pulumi:providers:pulumi-nodejs", "default");
const part = urn("o2cqrs:Part", "cqrs");
const dynamic = "pulumi-nodejs:dynamic/o2cqrs:Stream";
const made = urn(`o2cqrs:Part$${dynamic}`, "commands");

test("A graph has the components and dynamic resources of a state, as they wait for each other", () => {
  const secret = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    ciphertext: "v1:abc",
  };
  const inputs = {
    __provider: "code",
    __defaults: [],
    name: "commands",
    headers: [{ key: secret }],
    size: 3,
  };
  expect(
    graphOf([
      { urn: stack, type: "pulumi:pulumi:Stack" },
      { urn: provider, type: "pulumi:providers:pulumi-nodejs", custom: true },
      { urn: part, type: "o2cqrs:Part", parent: stack },
      { urn: made, type: dynamic, custom: true, parent: part, dependencies: [part, provider], inputs },
    ]),
  ).toEqual([
    { urn: part, name: "o2cqrs-Part-cqrs", type: "o2cqrs:Part", dependencies: [] },
    {
      urn: made,
      name: "o2cqrs-Part-pulumi-nodejs-dynamic-o2cqrs-Stream-commands",
      type: dynamic,
      parent: part,
      dependencies: [part],
      inputs: { name: "commands", headers: [{ key: "x".repeat("v1:abc".length) }], size: 3 },
    },
  ]);
});
