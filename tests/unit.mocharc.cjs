const { env } = require("node:process");
const { availableParallelism } = require("node:os");

// Which Node runs is the project's choice; the SDK's notice would stand between the results.
env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

module.exports = {
  require: "./cli/typescript.cjs",
  // What a deployment under Pulumi's mocks allocates lives to its end; a nursery of few MiB would be copied several times.
  "node-option": ["min-semi-space-size=64", "max-semi-space-size=128"],
  // Other tiers have folders of their own.
  spec: [
    // The longest come first, so that the others run beside them.
    "tests/producer/**/*.test.ts",
    "tests/!(producer|commands|programs|engine|pipeline|dashboards)/**/*.test.ts",
  ],
  parallel: true,
  // Mocha alone would leave one processor free, and on two processors half of the machine.
  jobs: Math.max(2, availableParallelism()),
  timeout: 30000,
  "forbid-only": true,
  "fail-zero": true,
};
