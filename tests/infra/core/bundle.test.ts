import { execFileSync } from "node:child_process";
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
});
