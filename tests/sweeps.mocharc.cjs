const tier = require("./support/mocha-tier.cjs");

module.exports = {
  ...tier,
  require: "./cli/typescript.cjs",
  "node-option": ["min-semi-space-size=64", "max-semi-space-size=128"],
  // The longest come first, so that the others run beside them.
  spec: ["tests/sweeps/policies/**/*.test.ts", "tests/sweeps/!(policies)/**/*.test.ts"],
};
