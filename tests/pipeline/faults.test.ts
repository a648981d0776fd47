import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { RunReport } from "../../local/run/verified-run";
import { command } from "../support/command";

describe("npm run local -- --once --fault", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "faults-test-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const disturbed: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "trades, while the stream gets more shards and fewer again",
      ["--workload", "trades", "--speedup", "120", "--fault", "reshard"],
      /Fault: the stream has 8 shards now[^]*Fault: the stream has 4 shards now/,
    ],
    [
      "trips, while a task manager is killed",
      ["--fault", "task-manager-killed", "--speedup", "80000"],
      /Fault: killed the task manager[^]*, from checkpoint \d+/,
    ],
  ];
  for (const [title, args, message] of disturbed) {
    it(`finds every document as computed: ${title}`, async () => {
      const report = path.join(folder, "disturbed.json");
      const { code, stderr } = await command("local/cli.ts", [
        "--once",
        ...args,
        "--report",
        report,
      ]);
      expect(code, stderr).to.equal(0);
      const { mismatches, recordsLost, documents, windowsExpected, fault, journal } = JSON.parse(
        readFileSync(report, "utf8"),
      ) as RunReport;
      expect(journal.map(({ text }) => text).join("\n")).to.match(message);
      expect({ mismatches, recordsLost }).to.deep.equal({ mismatches: 0, recordsLost: 0 });
      expect(documents).to.equal(windowsExpected).and.to.be.above(100);
      expect(args).to.include(fault);
    });
  }
});
