import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { deploy } from "../../support/mocks";

const folder = path.join(__dirname, "../../../examples");

describe("Each component's example", function () {
  // Some bundle a function with the clients of AWS.
  this.timeout(30_000);

  const files = readdirSync(folder).filter((file) =>
    existsSync(path.join(folder, file, "index.ts")),
  );

  it("is in the list of examples", () => {
    const list = readFileSync(path.join(folder, "README.md"), "utf8");
    for (const file of files) expect(list).to.include(`](${file}/index.ts)`);
  });

  for (const file of files) {
    it(`deploys: ${file}`, async () => {
      const { example } = (await import(path.join(folder, file, "index.ts"))) as {
        example: () => Record<string, unknown>;
      };
      const { outputs, resources } = await deploy(example);
      expect(Object.values(outputs)).not.to.include(undefined);
      expect(Object.keys(outputs)).not.to.be.empty;
      for (const { custom, parent, name, type } of resources) {
        if (custom) expect(parent, `${type} ${name} hangs below its component`).to.be.a("string");
      }
    });
  }
});
