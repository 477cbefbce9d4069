const { default: Sequencer } = require("@jest/test-sequencer");

/** Jest's order of test files, for `npm run mutation`: as the part names them, the quick ones first. */
module.exports = class extends Sequencer {
  sort(tests) {
    const place = ({ path, context }) =>
      context.config.globals.judges.findIndex((judge) => path.includes(`/tests/${judge}`));
    return [...tests].sort((a, b) => place(a) - place(b));
  }
};
