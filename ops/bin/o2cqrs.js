#!/usr/bin/env node
// Plain JavaScript, so that it runs in a checkout where nothing is built yet: builds what is stale, then runs.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

async function main() {
  const build = join(__dirname, "..", "..", "scripts", "build.mjs");
  // An installed package has its build with it and no build script.
  if (existsSync(build)) await (await import(pathToFileURL(build).href)).build();
  const { main } = require("../dist/main.js");
  await main();
}

main().catch((error) => {
  console.error(`o2cqrs could not start: ${error.message}`);
  process.exitCode = 1;
});
