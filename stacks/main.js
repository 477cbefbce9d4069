// What Pulumi runs. Builds what is stale (transpiled only: type errors are CI's business), then runs the
// compiled program, so that a plain `pulumi up` waits for no type checker.
module.exports = async () => {
  const { build } = await import("../scripts/build.mjs");
  await build();
  return require("./dist/index.js");
};
