import { expect } from "chai";
import { versionOf } from "../../release/version";

describe("The version of the package", () => {
  it("is the newest that the changelog has released", () => {
    const changelog = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-03-01\n\n## [1.1.9]\n";
    expect(versionOf(changelog, "0.1.0")).to.equal("1.2.0");
    expect(versionOf("## [2.0.0-rc.1]\n\n## [1.2.0]\n", "0.1.0")).to.equal("2.0.0-rc.1");
  });

  it("is the project's own before there is one", () => {
    expect(versionOf("# Changelog\n\n## [Unreleased]\n", "0.1.0")).to.equal("0.1.0");
  });
});
