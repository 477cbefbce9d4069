// `npm test`: the default suite, from a bare checkout. Arguments go to jest.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepare, root } from "./install.mjs";

await prepare();
const report = join(tmpdir(), `o2cqrs-tests-${process.pid}.json`);
const jest = join(root, "node_modules", "jest", "bin", "jest.js");
const { status } = spawnSync(
  process.execPath,
  [jest, "--json", `--outputFile=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
const { numPassedTests, numFailedTests, numFailedTestSuites, success } = JSON.parse(
  readFileSync(report, "utf8"),
);
// A suite that cannot be loaded runs no test, and must still count as a failure.
const failed = success ? 0 : Math.max(numFailedTests, numFailedTestSuites, 1);
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exit(status ?? 1);
