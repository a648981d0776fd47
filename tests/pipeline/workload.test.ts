import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { RunReport } from "../../local/run/verified-run";
import { command } from "../support/command";

const workload = "tests/workloads/page-views";
const once = ["--once", "--workload", workload];

describe("A workload that is only a folder, with a job that knows nothing of this project", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "workload-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (name: string): string => path.join(folder, name);

  it("runs on this machine, and a changed event shows in one document, which is named", async () => {
    const events = readFileSync(`${workload}/page-views.jsonl`, "utf8").trim().split("\n");
    const changed = events.findIndex(
      (line) => line.includes("T12:10:") && line.includes('"/docs"'),
    );
    const input = file("changed.jsonl");
    writeFileSync(input, events.filter((_, index) => index !== changed).join("\n"));
    const report = file("report.json");
    const files = {
      "--input": input,
      "--expect": `${workload}/expected.jsonl`,
      "--report": report,
      "--archive": file("archive"),
      "--documents": file("documents.jsonl"),
    };
    const run = await command("local/cli.ts", [...once, ...Object.entries(files).flat()]);
    expect(run.code, run.stderr).to.equal(1);
    const { documents, windowsExpected, mismatches, examples, recordsPut, policies } = JSON.parse(
      readFileSync(report, "utf8"),
    ) as RunReport;
    expect({ documents, windowsExpected, mismatches, recordsPut }).to.deep.equal({
      documents: 192,
      windowsExpected: 192,
      mismatches: 1,
      recordsPut: events.length - 1,
    });
    expect(examples[0]).to.match(
      /^page-views-2026-03-01\/\/docs\|2026-03-01T12:10:00Z: views is \d+, expected \d+$/,
    );
    expect(policies.filter(({ result }) => result !== "passed")).to.deep.equal([]);
  });

  it("has the same documents again from its archive alone, as docs/operations.md says", async () => {
    const events = path.join(file("archive"), "events");
    const objects = readdirSync(events, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".gz"),
    );
    const input = file("events.jsonl.gz");
    // Members of a gzip file may follow each other.
    const members = objects.map((name) => readFileSync(path.join(events, name)));
    writeFileSync(input, Buffer.concat(members));
    const args = [...once, "--input", input, "--expect", file("documents.jsonl")];
    const recovered = await command("local/cli.ts", args);
    expect(recovered.code, recovered.stderr).to.equal(0);
    expect(recovered.stderr).to.match(/Mismatches {2}0/);
  });
});
