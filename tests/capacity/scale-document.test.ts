import { readFileSync } from "node:fs";
import { expect } from "chai";
import { scaleDocument, scaleDocumentPath } from "./scale-document";

describe("docs/scale.md", () => {
  it("is what the calculator says; otherwise run npm run docs:scale", async () => {
    expect(readFileSync(scaleDocumentPath, "utf8")).to.equal(await scaleDocument());
  });
});
