const { TestEnvironment } = require("jest-environment-node");

/** Number of the change that is being tried; none while Stryker finds out which test reaches what. */
const change = () => process.env.__STRYKER_ACTIVE_MUTANT__;

/** The change that a test has noticed last. Further tests would tell nothing new of it, so they are left out. */
let noticed;

/**
 * Jest's environment for Node, for `npm run mutation`. Stryker's own on top of it takes a skipped test for one that
 * still runs, and what later modules do while they load for that test's doing.
 */
module.exports = class extends TestEnvironment {
  handleTestEvent({ name, test, describeBlock }) {
    if (name === "test_skip" || name === "test_todo") this.global.__stryker__.currentTestId = undefined;
    if (name === "test_done" && test.errors.length > 0) noticed = change();
    if (change() === undefined || noticed !== change()) return;
    if (name === "run_describe_start") describeBlock.mode = "skip";
    if (name === "test_start") test.mode = "skip";
  }
};
