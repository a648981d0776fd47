import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { RunReport } from "../../local/run/verified-run";
import { command } from "../support/command";

const workload = "tests/workloads/page-views";

describe("A workload that is only a folder, with a job that knows nothing of this project", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "workload-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("runs on this machine, and a changed event shows in one document, which is named", async () => {
    const events = readFileSync(`${workload}/page-views.jsonl`, "utf8").trim().split("\n");
    const changed = events.findIndex(
      (line) => line.includes("T12:10:") && line.includes('"/docs"'),
    );
    const input = path.join(folder, "changed.jsonl");
    writeFileSync(input, events.filter((_, index) => index !== changed).join("\n"));
    const report = path.join(folder, "report.json");
    const options = `--once --workload ${workload} --expect ${workload}/expected.jsonl`.split(" ");
    const run = await command("local/cli.ts", [...options, "--input", input, "--report", report]);
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
});
