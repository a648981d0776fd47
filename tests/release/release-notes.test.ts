import { expect } from "chai";
import { releaseNotes } from "../../release/release-notes";

const changelog =
  "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-03-01\n\nNew.\n\n## [1.1.0]\n";

describe("The notes of a release", () => {
  it("are the changelog's section of the version", () => {
    expect(releaseNotes("1.2.0", changelog, { policies: "1.2.0" })).to.equal("New.");
  });

  it("are refused with every problem at once", () => {
    expect(() => releaseNotes("1.3.0", changelog, { policies: "1.2.0" })).to.throw(
      /version of policies must be 1\.3\.0.*got 1\.2\.0[^]*section ## \[1\.3\.0\]/,
    );
  });
});
