import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import manifest from "./package.json";

/** What a published pack consists of: compiled, so that it needs no TypeScript where it is used. */
const output = path.join(__dirname, "dist");

/** Builds the package's content; npm runs this before it packs the workspace. */
function build(): void {
  rmSync(output, { recursive: true, force: true });
  const compiler = require.resolve("typescript/bin/tsc");
  const project = path.join(__dirname, "tsconfig.package.json");
  execFileSync(process.execPath, [compiler, "-p", project], { stdio: "inherit" });
  mkdirSync(path.join(output, "docs"));
  for (const [from, to] of [
    ["PulumiPolicy.yaml", "dist/PulumiPolicy.yaml"],
    ["README.md", "dist/README.md"],
    ["../docs/policies.md", "dist/docs/policies.md"],
    ["../LICENSE", "LICENSE"],
  ] as const) {
    copyFileSync(path.join(__dirname, from), path.join(__dirname, to));
  }
  // The engine wants the folder of a pack to be a package itself.
  const { name, version, description, homepage, license } = manifest;
  const { dependencies, peerDependencies } = manifest;
  const about = { name, version, description, homepage, license, main: "index.js" };
  const own = { ...about, dependencies, peerDependencies };
  writeFileSync(path.join(output, "package.json"), `${JSON.stringify(own, null, 2)}\n`);
}

build();
