const { env } = require("node:process");
const { availableParallelism } = require("node:os");

// Which Node runs is the project's choice; the SDK's notice would stand between the results.
env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

module.exports = {
  require: "./cli/typescript.cjs",
  // The longest comes first, so that the others run beside it.
  spec: ["tests/commands/producer/**/*.test.ts", "tests/commands/!(producer)/**/*.test.ts"],
  parallel: true,
  // Those who wait for a process leave the processor to others.
  jobs: Math.max(2, availableParallelism() + 1),
  timeout: 30000,
  "forbid-only": true,
  "fail-zero": true,
};
