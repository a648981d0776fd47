import { readFileSync } from "node:fs";

const file = new URL("entry-points.json", import.meta.url);
const modules = Object.values(JSON.parse(readFileSync(file, "utf8")));

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "streaming-pipeline-components",
  entryPoints: modules.map((module) => `../${module}.ts`),
  tsconfig: "tsconfig.components.json",
  out: "dist/docs",
  readme: "README.md",
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  skipErrorChecking: true,
  validation: { notExported: false, invalidLink: true },
};
