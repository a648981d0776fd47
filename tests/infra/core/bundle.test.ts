import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { bundle } from "../../../infra/core/bundle";

const producer = path.join(__dirname, "../fixtures/producer.ts");

describe("bundle", () => {
  it("makes one runnable file, of imports and all", () => {
    const { text } = bundle(producer);
    expect(text).not.to.match(/require\("\./);
    expect(execFileSync(process.execPath, ["-", "a", "b"], { input: text }).toString()).to.equal(
      "Hello a and b\n",
    );
  });

  it("makes the same file wherever it is called from", () => {
    const here = process.cwd();
    const first = bundle(producer);
    try {
      process.chdir(__dirname);
      expect(bundle(producer)).to.deep.equal(first);
    } finally {
      process.chdir(here);
    }
    expect(first.sha256).to.match(/^[0-9a-f]{64}$/);
  });

  it("names the file that it cannot find", () => {
    expect(() => bundle(path.join(__dirname, "../fixtures/nothing.ts"))).to.throw("nothing.ts");
  });

  it("is kept for later processes until a source changes", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "bundle-"));
    const said = path.join(folder, "said.ts");
    const here = process.cwd();
    const made = (): string => {
      const module = require.resolve("../../../infra/core/bundle");
      // As a new process: what this one has made it does not make again.
      Reflect.deleteProperty(require.cache, module);
      const { bundleFile } = createRequire(module)(
        module,
      ) as typeof import("../../../infra/core/bundle");
      return bundleFile(path.join(folder, "main.ts"), { WORDS: ["said"] }).path;
    };
    try {
      process.chdir(folder);
      writeFileSync(
        path.join(folder, "main.ts"),
        'import { it } from "./said";\nconsole.log(it, ...WORDS);',
      );
      writeFileSync(said, 'export const it = "one";');
      const first = made();
      writeFileSync(first, "kept");
      expect(made()).to.equal(first);
      expect(readFileSync(first, "utf8")).to.equal("kept");
      writeFileSync(said, 'export const it = "two";');
      const second = made();
      expect(second).not.to.equal(first);
      expect(execFileSync(process.execPath, [second]).toString()).to.equal("two said\n");
    } finally {
      process.chdir(here);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
