const tier = require("./support/mocha-tier.cjs");

module.exports = {
  ...tier,
  require: "./cli/typescript.cjs",
  // What a deployment under Pulumi's mocks allocates lives to its end; a nursery of few MiB would be copied several times.
  "node-option": ["min-semi-space-size=64", "max-semi-space-size=128"],
  // Other tiers have folders of their own.
  spec: [
    // The longest come first, so that the others run beside them.
    "tests/producer/**/*.test.ts",
    "tests/!(producer|commands|programs|sweeps|engine|pipeline|dashboards)/**/*.test.ts",
  ],
};
