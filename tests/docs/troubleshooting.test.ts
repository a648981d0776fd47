import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";

const root = path.resolve(__dirname, "../..");

/** The messages of README's table of errors. */
function quoted(): string[] {
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const [, section = ""] = /## When something goes wrong([^]*?)\n## /.exec(readme) ?? [];
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, message = ""]) => message);
}

describe("the README's errors", () => {
  const sources = ["infra", "local", "producer"]
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !/node_modules|dist/.test(file))
        .map((file) => path.join(folder, file)),
    )
    .map((file) => readFileSync(path.join(root, file), "utf8"))
    .join("\n");

  it("are a table", () => {
    expect(quoted().length).to.be.greaterThan(10);
  });

  for (const message of quoted()) {
    it(`are printed by the code: ${message}`, () => {
      expect(sources).to.include(message);
    });
  }
});
