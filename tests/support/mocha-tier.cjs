const { env } = require("node:process");
const { availableParallelism } = require("node:os");

// Which Node runs is the project's choice; the SDK's notice would stand between the results.
env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** What all tiers without services of their own share. */
module.exports = {
  parallel: true,
  // Mocha alone would leave one processor free, and on two processors half of the machine.
  jobs: Math.max(2, availableParallelism()),
  timeout: 30000,
  "forbid-only": true,
  "fail-zero": true,
};
