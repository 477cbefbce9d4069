// The Docker target on a daemon of its own. Says so and skips when no daemon can be started.
process.argv.push(
  "--testMatch",
  "**/tests/**/*.docker.ts",
  "--runInBand",
  "--globalSetup",
  "<rootDir>/tests/docker/setup.ts",
);
await import("./test.mjs");
