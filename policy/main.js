// What Pulumi runs: builds what is stale, then loads the pack, which serves itself.
module.exports = async () => {
  const { build } = await import("../scripts/build.mjs");
  await build();
  require("./dist/index.js");
};
