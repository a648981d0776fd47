// Loads TypeScript by tsx. Packages load by Node alone: tsx searches each of their files for the syntax of ES modules.
const Module = require("node:module");

const extensions = Module._extensions;
const load = extensions[".js"];
require("tsx/cjs");
const transform = extensions[".js"];
extensions[".js"] = (module, file) => {
  const loader = file.includes("/node_modules/") ? load : transform;
  loader(module, file);
};
