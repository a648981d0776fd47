const { env } = require("node:process");
const { availableParallelism } = require("node:os");

// Which Node runs is the project's choice; the SDK's notice would stand between the results.
env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

module.exports = {
  // What a deployment under Pulumi's mocks allocates lives to its end; a nursery of few MiB would be copied several times.
  "node-option": ["import=tsx", "min-semi-space-size=64", "max-semi-space-size=128"],
  // The longest comes first, so that the others run beside it.
  spec: ["tests/programs/scaling/**/*.test.ts", "tests/programs/!(scaling)/**/*.test.ts"],
  parallel: true,
  // Mocha alone would leave one processor free, and on two processors half of the machine.
  jobs: Math.max(2, availableParallelism()),
  timeout: 30000,
  "forbid-only": true,
  "fail-zero": true,
};
