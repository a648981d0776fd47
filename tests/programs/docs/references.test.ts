import { readFileSync } from "node:fs";
import { expect } from "chai";
import { policies } from "../../../policies/pack";
import {
  configurationDocument,
  configurationReference,
} from "../../infra/pipeline/configuration-document";
import { documentation, documentationPath } from "../../policies/docs/generate-docs";

describe("The reference", () => {
  it("of the configuration matches Pulumi.yaml; otherwise run npm run docs:configuration", async () => {
    expect(readFileSync(configurationDocument, "utf8")).to.equal(await configurationReference());
  });

  it("of the policies matches the pack, every anchor included; otherwise run npm run docs:policies", async () => {
    const written = readFileSync(documentationPath, "utf8");
    expect(written).to.equal(await documentation());
    for (const { name } of policies) expect(written).to.include(`\n### ${name}\n`);
  });
});
