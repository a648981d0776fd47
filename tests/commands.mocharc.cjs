const { jobs, ...tier } = require("./support/mocha-tier.cjs");

module.exports = {
  ...tier,
  require: "./cli/typescript.cjs",
  // The longest comes first, so that the others run beside it.
  spec: ["tests/commands/producer/**/*.test.ts", "tests/commands/!(producer)/**/*.test.ts"],
  // A test that waits for a process leaves its processor to another one.
  jobs: jobs + 1,
};
