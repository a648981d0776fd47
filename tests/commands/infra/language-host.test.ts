import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { load } from "js-yaml";
import { projectRoot } from "../../support/command";

describe("The program under the compiler of Pulumi's language host", function () {
  this.timeout(300_000);

  it("loads from TypeScript, without a check of its types", async () => {
    const text = readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8");
    const { runtime } = load(text) as {
      readonly runtime: { readonly options: { readonly tsconfig: string } };
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        path.join(__dirname, "fixtures/language-host.cjs"),
        runtime.options.tsconfig,
        path.join(projectRoot, "infra/program.ts"),
      ],
      { cwd: projectRoot },
    );
    expect(JSON.parse(stdout)).to.deep.equal({ loaded: "function", checks: false });
  });
});
