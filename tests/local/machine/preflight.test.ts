import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { version } from "pulumi/package.json";
import { engineProblem } from "../../../local/engine/installation";
import { type Machine, preflight } from "../../../local/machine/preflight";
import { projectRoot } from "../../support/command";

const GIB = 1024 ** 3;
const missing = (): Promise<string> => Promise.reject(new Error("ENOENT"));

const good: Machine = {
  java: () => Promise.resolve('openjdk version "17.0.15" 2025-04-15'),
  writable: () => Promise.resolve(),
  mvn: () => Promise.resolve("Apache Maven 3.8.7"),
  cargo: () => Promise.resolve("cargo 1.96.0 (2026-05-01)"),
  isInstalled: () => false,
  isJobJarStale: () => false,
  freeBytes: () => Promise.resolve(100 * GIB),
};

describe("The preflight", () => {
  it("has nothing to say about a machine that has everything", async () => {
    expect(await preflight(good)).to.deep.equal([]);
  });

  it("tells everything that is missing at once, each with its fix", async () => {
    const problems = await preflight({
      ...good,
      java: missing,
      mvn: missing,
      cargo: missing,
      freeBytes: () => Promise.resolve(1.5 * GIB),
    });
    expect(problems).to.have.length(4);
    expect(problems[0]).to.match(/^Java was not found; install a JDK 17 or newer .*openjdk-17/);
    expect(problems[1]).to.match(/^Maven \(mvn\) was not found; .*apt-get install maven/);
    expect(problems[2]).to.match(/^Rust \(cargo\) was not found; .*apt-get install cargo-web/);
    expect(problems[3]).to.match(/has 1\.5 GiB free; 4 GiB are needed: free some space/);
  });

  it("says one thing of a folder that cannot be written", async () => {
    const problems = await preflight({
      ...good,
      writable: () => Promise.reject(new Error("EROFS")),
      java: missing,
    });
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(/^The folder .* cannot be written, .* change its owner/);
  });

  it("asks for the pulumi command or Go where there is no engine and no way to its download", async () => {
    const { PATH } = process.env;
    const empty = mkdtempSync(path.join(tmpdir(), "tools-"));
    const reached = (reached: boolean) => engineProblem(empty, () => Promise.resolve(reached));
    try {
      process.env["PATH"] = empty;
      expect(await reached(false)).to.match(/Install the pulumi command, .* or Go /);
      expect(await reached(true)).to.equal(undefined);
      writeFileSync(path.join(empty, "go"), "");
      expect(await reached(false)).to.equal(undefined);
    } finally {
      process.env["PATH"] = PATH;
      rmSync(empty, { recursive: true });
    }
  });

  it("builds the engine in the version that the npm package downloads", () => {
    const module = readFileSync(path.join(projectRoot, "local/engine/go.mod"), "utf8");
    expect(module).to.include(`github.com/pulumi/pulumi/pkg/v3 v${version}\n`);
  });

  for (const [version, accepted] of [
    ["11.0.2", false],
    ["1.8.0_392", false],
    ["16.0.2", false],
    ["17", true],
    ["21.0.4", true],
  ] as const) {
    it(`${accepted ? "accepts" : "refuses"} Java ${version}`, async () => {
      const problems = await preflight({
        ...good,
        java: () => Promise.resolve(`openjdk version "${version}"`),
      });
      expect(problems).to.have.length(accepted ? 0 : 1);
      if (!accepted) expect(problems[0]).to.include(`Java is ${version}; `).and.include("17");
    });
  }

  for (const [version, accepted] of [
    ["1.63.0", false],
    ["1.87.0", false],
    ["1.88.0", true],
    ["2.0.0", true],
  ] as const) {
    it(`${accepted ? "accepts" : "refuses"} cargo ${version}`, async () => {
      const problems = await preflight({
        ...good,
        cargo: () => Promise.resolve(`cargo ${version} (abc)`),
      });
      expect(problems).to.have.length(accepted ? 0 : 1);
      if (!accepted) expect(problems[0]).to.include(`cargo is ${version}; `).and.include("1.88");
    });
  }

  it("asks for build tools only while something has to be built", async () => {
    const problems = await preflight({
      ...good,
      mvn: missing,
      cargo: missing,
      isInstalled: () => true,
      freeBytes: () => Promise.resolve(2 * GIB),
    });
    expect(problems).to.deep.equal([]);
  });

  it("asks for Maven when the job alone has to be built", async () => {
    const built = { ...good, mvn: missing, cargo: missing, isInstalled: () => true };
    const [problem, ...others] = await preflight({ ...built, isJobJarStale: () => true });
    expect(problem).to.include("Maven (mvn) was not found");
    expect(others).to.deep.equal([]);
  });
});
