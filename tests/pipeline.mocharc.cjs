const { env } = require("node:process");

// Which Node runs is the project's choice; the SDK's notice would stand between the results.
env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

module.exports = {
  import: "tsx",
  // Builds what the stacks need once, before files run beside each other.
  require: "tests/support/build-stack.ts",
  // Those of the whole pipeline take longest and come first, so that the others run beside them.
  spec: ["tests/pipeline/*.test.ts", "tests/pipeline/*/*.test.ts"],
  parallel: true,
  // A stack mostly waits: for windows, checkpoints and processes that start.
  jobs: 2,
  "forbid-only": true,
  "fail-zero": true,
  timeout: 900000,
};
