import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { isStale } from "../../../local/machine/project";

describe("A file that is made of sources", () => {
  let folder: string;
  let made: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "stale-test-"));
    made = path.join(folder, "target", "made.js");
    write("src/main.ts", 10);
    write("target/made.js", 20);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Writes a file with a time of its last change, in seconds. */
  function write(name: string, time: number): void {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "");
    utimesSync(file, time, time);
  }

  it("is current as long as no source is newer", () => {
    expect(isStale(made, folder)).to.equal(false);
  });

  it("is stale when it is missing, or a source at any depth is newer", () => {
    write("src/engine/policy.ts", 30);
    expect(isStale(made, folder)).to.equal(true);
    expect(isStale(path.join(folder, "missing.js"), folder)).to.equal(true);
  });

  it("does not depend on what builds write, packages and tests", () => {
    for (const name of ["target/log", "dist/pack.js", "node_modules/a/index.js", "src/test/a.ts"]) {
      write(name, 30);
    }
    expect(isStale(made, folder)).to.equal(false);
  });
});
