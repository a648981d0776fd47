import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { RunReport } from "../../local/run/verified-run";
import { command, projectRoot, RunningCommand } from "../support/command";
import { ProcessMarker } from "../support/processes";

const CLI = "local/cli.ts";

describe("npm run local", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "local-test-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = (name: string): string => path.join(folder, name);

  describe("--once", () => {
    it("deploys, replays the shipped trips and finds every document as computed", async () => {
      const marker = new ProcessMarker();
      const { code, stderr } = await command(
        CLI,
        ["--once", "--report", file("report.json"), "--documents", file("documents.jsonl")],
        marker.env,
      );
      expect(code, stderr).to.equal(0);
      if (ProcessMarker.isSupported) expect(marker.alive()).to.deep.equal([]);

      const report = JSON.parse(readFileSync(file("report.json"), "utf8")) as RunReport;
      expect(report).to.include({
        result: "passed",
        tripsRead: 10_000,
        recordsPut: 9_983,
        recordsLost: 0,
        mismatches: 0,
        deadLetters: 0,
        unaccounted: 0,
      });
      expect(report.tripsRejected).to.deep.equal({
        "negative-amount": 13,
        "dropoff-not-after-pickup": 4,
      });
      expect(report.views.rows).to.be.above(10_000);
      expect(report.views.mismatches).to.equal(0);
      expect(report.documents).to.equal(report.windowsExpected).and.to.be.above(10_000);
      expect(report.policies.length).to.be.above(0);
      expect(report.policies.filter(({ result }) => result !== "passed")).to.deep.equal([]);
      expect(report.seconds).to.include.keys("build", "deploy", "replay", "results");

      const documents = readFileSync(file("documents.jsonl"), "utf8").trim().split("\n");
      expect(documents).to.have.length(report.documents + report.deadLetters);
      expect(JSON.parse(documents[0] ?? "")).to.have.all.keys("index", "id", "source");
    });

    it("stops everything when it is asked to in the middle", async function () {
      if (!ProcessMarker.isSupported) this.skip();
      const marker = new ProcessMarker();
      const run = new RunningCommand(CLI, ["--once"], marker.env);
      await run.says(/Replay the input/);
      expect(marker.alive().some((line) => line.includes("java"))).to.equal(true);
      run.child.kill("SIGTERM");
      const { code, stderr } = await run.finished;
      expect(code, stderr).to.equal(143);
      expect(marker.alive()).to.deep.equal([]);
    });
  });

  it("names the faults that it can let happen", async () => {
    const { code, stdout } = await command(CLI, ["--fault", "list"]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^task-manager-killed +a task manager is killed/);
  });

  describe("refuses before anything is built or started, with exit code 2,", () => {
    const header = readFileSync(
      path.join(projectRoot, "local/data/yellow_tripdata_sample_2019-03.csv"),
      "utf8",
    ).split("\n", 1)[0];
    const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
      ["a file that is not there", () => ["--input", file("none.csv")], /none\.csv.*ENOENT/],
      [
        "an empty file",
        () => {
          writeFileSync(file("empty.csv"), "");
          return ["--input", file("empty.csv")];
        },
        /empty\.csv is empty/,
      ],
      // With --once, which minds no other run of the project.
      [
        "a file with a header only",
        () => {
          writeFileSync(file("header.csv"), `${header ?? ""}\n`);
          return ["--once", "--input", file("header.csv")];
        },
        /header\.csv has no rows; expected trips/,
      ],
      [
        "a file with other columns",
        () => {
          writeFileSync(file("other.csv"), "a,b\n1,2\n");
          return ["--once", "--input", file("other.csv")];
        },
        /pickup/i,
      ],
      ["a speed-up out of range", () => ["--speedup", "0"], /whole number from 1 to 1000000/],
      ["a report without --once", () => ["--report", file("r.json")], /--report needs --once/],
      ["a fault without --once", () => ["--fault", "reshard"], /--fault needs --once/],
      [
        "an unknown fault",
        () => ["--once", "--fault", "flood"],
        /must be one of task-manager-killed/,
      ],
      ["an unknown option", () => ["--onec"], /unknown option/],
    ];
    for (const [title, args, message] of cases) {
      it(title, async () => {
        // Whatever an earlier run has left here.
        const { code, stderr } = await command(CLI, ["--fresh", ...args()]);
        expect(stderr).to.match(message);
        expect(code).to.equal(2);
        expect(stderr).not.to.match(/Build what is missing/);
      });
    }
  });
});
