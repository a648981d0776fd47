import { readFileSync } from "node:fs";
import { expect } from "chai";
import { configurationDocument, configurationReference } from "./configuration-document";

describe("The reference of the configuration", () => {
  it("matches Pulumi.yaml; otherwise run npm run docs:configuration", async () => {
    expect(readFileSync(configurationDocument, "utf8")).to.equal(await configurationReference());
  });
});
