// What Pulumi itself costs for a stack of this graph and these inputs: nothing is asked of anyone.
const { readFileSync } = require("node:fs");
const { ComponentResource, Config, dynamic } = require("@pulumi/pulumi");

const provider = {
  create: (inputs) => Promise.resolve({ id: "nothing", outs: inputs }),
  diff: () => Promise.resolve({ changes: false }),
};

const made = new Map();
for (const { urn, name, type, parent, dependencies, inputs } of JSON.parse(
  readFileSync(new Config().require("graph"), "utf8"),
)) {
  const options = { parent: made.get(parent), dependsOn: dependencies.map((each) => made.get(each)) };
  made.set(
    urn,
    inputs === undefined
      ? new ComponentResource(type, name, {}, options)
      : new dynamic.Resource(provider, name, inputs, options),
  );
}
