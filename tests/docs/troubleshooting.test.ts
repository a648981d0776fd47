import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { expect } from "chai";

const root = path.resolve(__dirname, "../..");

/** Messages in the table of docs/troubleshooting.md. */
function quoted(): string[] {
  const text = readFileSync(path.join(root, "docs/troubleshooting.md"), "utf8");
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, message = ""]) => message);
}

describe("docs/troubleshooting.md", () => {
  const sources = ["infra", "local", "producer"]
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !/node_modules|dist/.test(file))
        .map((file) => path.join(folder, file)),
    )
    .map((file) => readFileSync(path.join(root, file), "utf8"))
    .join("\n");

  it("is a table of messages", () => {
    expect(quoted().length).to.be.greaterThan(10);
  });

  for (const message of quoted()) {
    it(`quotes a message of the code: ${message}`, () => {
      expect(sources).to.include(message);
    });
  }
});
