import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { readmeWithTable } from "../../../infra/pipeline/configuration-table";
import { projectRoot } from "../../support/command";

describe("The README's configuration table", () => {
  it("is what Pulumi.yaml says; otherwise run npm run docs:configuration", async () => {
    const readme = readFileSync(path.join(projectRoot, "README.md"), "utf8");
    expect(readme).to.equal(await readmeWithTable());
  });
});
