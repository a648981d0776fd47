import { execFileSync } from "node:child_process";
import path from "node:path";
import { buildComponentsPackage } from "./components-package";

/** Where the package is built; git ignores it and the tarball next to it. */
const folder = path.join(__dirname, "dist", "components");

buildComponentsPackage(folder);
execFileSync("npm", ["pack", "--pack-destination", path.dirname(folder)], {
  cwd: folder,
  stdio: "inherit",
});
