import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";

const root = path.resolve(__dirname, "../..");
const documents = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n")
  // A part of docs/policies.md, and a history.
  .filter((file) => !["policies/docs/introduction.md", "CHANGELOG.md"].includes(file));

describe("The documents", () => {
  for (const document of documents) {
    const text = readFileSync(path.join(root, document), "utf8");

    it(`link to files of the project: ${document}`, () => {
      const targets = [...text.matchAll(/\]\(([^)\s#:]+)(?:#[^)]*)?\)/g)].map(([, to = ""]) => to);
      const missing = targets.filter(
        // Links to pages of the repository's host lead out of the project.
        (to) => !to.startsWith("../../actions") && !existsSync(path.join(root, document, "..", to)),
      );
      expect(missing).to.be.empty;
    });

    it(`name sources and tests by their paths: ${document}`, () => {
      const paths = [...text.matchAll(/`((?:[\w-]+\/)+[\w.-]+\.(?:ts|json|yaml|java))`/g)]
        .map(([, name = ""]) => name)
        .filter((name) => existsSync(path.join(root, name.split("/", 1)[0] ?? "")));
      expect(paths.filter((name) => !existsSync(path.join(root, name)))).to.be.empty;
    });
  }
});
