import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { families } from "../../policies/pack";
import { buildComponentsPackage } from "../../release/components-package";
import entryPoints from "../../release/entry-points.json";
import { projectRoot } from "../support/command";

describe("Both packages in an empty project", function () {
  const folder = mkdtempSync(path.join(tmpdir(), "installed-packages-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function npm(args: readonly string[], cwd = folder): void {
    execFileSync("npm", [...args], { cwd, stdio: "pipe" });
  }

  /** A Node.js of that major version, from the registry. */
  function installed(major: string): string {
    const runtime = path.join(folder, `node-${major}`);
    mkdirSync(runtime);
    npm(["install", "--no-audit", "--prefix", runtime, `node@${major}`]);
    return path.join(runtime, "node_modules/node/bin/node");
  }

  before(function () {
    try {
      npm(["ping"]);
    } catch (error) {
      if (process.env["CI"]) throw error;
      process.stderr.write("Skipped: the registry of npm cannot be reached.\n");
      this.skip();
    }
    const built = path.join(folder, "built");
    buildComponentsPackage(built);
    npm(["pack", "--pack-destination", folder], built);
    npm(["pack", "-w", "policies", "--pack-destination", folder], projectRoot);
    writeFileSync(path.join(folder, "package.json"), "{}");
    const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
    npm(["install", "--no-audit", ...tarballs.map((file) => `./${file}`)]);
    copyFileSync(
      path.join(__dirname, "fixtures/installed-packages.cjs"),
      path.join(folder, "index.cjs"),
    );
  });

  for (const major of ["20", "24"]) {
    it(`are installed with their peers and load on Node ${major}`, () => {
      const node =
        major === process.versions.node.split(".")[0] ? process.execPath : installed(major);
      const found = execFileSync(node, ["index.cjs"], { cwd: folder, encoding: "utf8" });
      expect(JSON.parse(found)).to.deep.equal({
        major: `v${major}`,
        entries: Object.keys(entryPoints).map((entry) => `./${entry}`),
        families: Object.keys(families),
        types: ["pulumi:pulumi:Stack", "streaming:infra:EventStream", "aws:kinesis/stream:Stream"],
      });
    });
  }
});
