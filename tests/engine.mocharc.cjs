module.exports = {
  import: "tsx",
  // Builds the engine once, before files run beside each other.
  require: "tests/support/build-engine.ts",
  spec: ["tests/engine/**/*.test.ts"],
  parallel: true,
  jobs: 2,
  "forbid-only": true,
  "fail-zero": true,
  timeout: 600000,
};
