// `npm run test:roles`: the roles of the Kubernetes platform as processes of a real OpenObserve, whose binary
// O2CQRS_OPENOBSERVE_BINARY names, with nats-server and PostgreSQL from the system. See docs/roles.md.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const binary = process.env.O2CQRS_OPENOBSERVE_BINARY;
const missing =
  binary === undefined
    ? "O2CQRS_OPENOBSERVE_BINARY does not name a binary of OpenObserve"
    : !existsSync(binary)
      ? `there is no ${binary}`
      : spawnSync("nats-server", ["--version"]).status !== 0
        ? "nats-server is not installed"
        : !existsSync("/usr/lib/postgresql")
          ? "PostgreSQL is not installed"
          : undefined;

if (missing === undefined) {
  process.argv.push("-i", "--testMatch", "**/tests/roles/**/*.roles.ts");
  await import("./test.mjs");
} else {
  console.log(`The suite of roles was skipped: ${missing}.`);
  console.log("0 passed, 0 failed");
}
