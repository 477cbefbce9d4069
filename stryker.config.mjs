import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const condition = "@o2cqrs/source";
const manifest = (folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

/**
 * Our packages by name, to their sources in Stryker's copy of the repository: `node_modules`, which the copy
 * only links to, would lead back to the sources that are not mutated.
 */
const ownPackages = Object.fromEntries(
  manifest(".").workspaces.flatMap((folder) => {
    const { name, exports = {} } = manifest(folder);
    return Object.entries(exports)
      .filter(([, target]) => target[condition] !== undefined)
      .map(([subpath, target]) => [
        `^${join(name, subpath).replace("*", "(.+)")}$`,
        `<rootDir>/${join(folder, target[condition]).replace("*", "$1")}`,
      ]);
  }),
);

const { default: jestConfig } = await import("./jest.config.cjs");

// Tests read the recordings of real servers beside the repository; the copy lies elsewhere.
process.env.O2CQRS_SHARED ??= join(root, "..", "shared");

/** What all parts share; `scripts/mutation.mjs` says what to mutate and which tests judge it. */
export default {
  testRunner: "jest",
  jest: {
    configFile: "jest.config.cjs",
    config: {
      moduleNameMapper: { ...ownPackages, ...jestConfig.moduleNameMapper },
      testEnvironment: join(root, "scripts", "mutation-environment.cjs"),
      testSequencer: join(root, "scripts", "mutation-sequencer.cjs"),
    },
    // The tests are chosen by part: nearly every test of the repository is related to the contract.
    enableFindRelatedTests: false,
  },
  coverageAnalysis: "perTest",
  // swc takes the types off without looking at them.
  disableTypeChecks: false,
  ignorePatterns: [
    "/bench",
    "/docs",
    "/examples",
    "/ops",
    "/policy",
    "/runtime",
    "dist",
    "reports",
    ".o2cqrs",
  ],
  tempDirName: "reports/mutation/copies",
  concurrency: 1,
  // What a run leaves in memory adds up.
  maxTestRunnerReuse: 60,
  timeoutMS: 8000,
  reporters: ["clear-text", "progress-append-only", "html"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  thresholds: { high: 95, low: 85, break: null },
};
