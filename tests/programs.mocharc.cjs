const tier = require("./support/mocha-tier.cjs");

module.exports = {
  ...tier,
  // What a deployment under Pulumi's mocks allocates lives to its end; a nursery of few MiB would be copied several times.
  "node-option": ["import=tsx", "min-semi-space-size=64", "max-semi-space-size=128"],
  // The longest comes first, so that the others run beside it.
  spec: ["tests/programs/scaling/**/*.test.ts", "tests/programs/!(scaling)/**/*.test.ts"],
};
