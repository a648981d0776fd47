import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { command } from "../support/command";

const workload = ["--once", "--workload", "tests/workloads/page-views"];

describe("The recovery in docs/operations.md", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "recovery-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("computes the documents of the lost stack from its archive alone", async () => {
    const [archive, documents] = [
      path.join(folder, "archive"),
      path.join(folder, "documents.jsonl"),
    ];
    const lost = await command("local/cli.ts", [
      ...workload,
      "--archive",
      archive,
      "--documents",
      documents,
    ]);
    expect(lost.code, lost.stderr).to.equal(0);

    const events = path.join(archive, "events");
    const objects = readdirSync(events, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".gz"),
    );
    const lines = objects.map((name) => readFileSync(path.join(events, name)));
    const input = path.join(folder, "events.jsonl.gz");
    // Members of a gzip file may follow each other.
    writeFileSync(input, Buffer.concat(lines));
    const recovered = await command("local/cli.ts", [
      ...workload,
      "--input",
      input,
      "--expect",
      documents,
    ]);
    expect(recovered.code, recovered.stderr).to.equal(0);
    expect(recovered.stderr).to.match(/Mismatches {2}0/);
  });
});
