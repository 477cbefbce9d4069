const { TestEnvironment } = require("jest-environment-node");

/**
 * Jest's environment for Node, for `npm run mutation`. Stryker's own on top of it takes a skipped test for one that
 * still runs, and what later modules do while they load for that test's doing.
 */
module.exports = class extends TestEnvironment {
  handleTestEvent({ name }) {
    if (name === "test_skip" || name === "test_todo") this.global.__stryker__.currentTestId = undefined;
  }
};
