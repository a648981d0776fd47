import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { expect } from "chai";

import { faultList, localCommand, localOptions, OptionsError } from "../../../local/run/options";

/** What `npm run local --` makes of its arguments. */
function options(...args: string[]): ReturnType<typeof localOptions> {
  const command = localCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return localOptions(command.parse(args, { from: "user" }).opts());
}

describe("the options of npm run local", () => {
  it("replay the shipped trips, an hour a second, with a page", () => {
    const { workload, speedup, page, port, fresh, once } = options();
    expect({ name: workload.name, speedup, page, port, fresh, once }).to.deep.equal({
      name: "taxi",
      speedup: 3600,
      page: true,
      port: 8088,
      fresh: false,
      once: false,
    });
    expect(workload.input).to.match(/local\/data\/yellow_tripdata_sample_2019-03\.csv$/);
  });

  it("begin afresh and go fast with --once", () => {
    expect(options("--once")).to.include({ speedup: 240_000, fresh: true });
    expect(options("--once", "--fault", "reshard")).to.include({ speedup: 60_000 });
    expect(options("--once", "--workload", "trades")).to.include({ speedup: 120 });
  });

  it("end the generated trades with --once only", () => {
    const once = options("--once", "--workload", "trades").workload.replayArguments("");
    const watched = options("--workload", "trades").workload.replayArguments("");
    expect(once).to.include("--duration");
    expect(watched).not.to.include("--duration");
  });

  it("take any workload folder, its input and the documents that must come of it", () => {
    const folder = "tests/workloads/page-views";
    const { workload, speedup } = options("--once", "--workload", folder);
    expect(speedup).to.equal(600);
    expect(workload).to.include({ name: "page-views" });
    expect(workload.input).to.match(/page-views\.jsonl$/);
    expect(() => options("--workload", folder, "--expect", "nothing.jsonl"))
      .to.throw(OptionsError, "--expect needs --once")
      .with.property("message")
      .that.includes("--expect nothing.jsonl cannot be read (ENOENT)");
    expect(() => options("--once", "--expect", `${folder}/expected.jsonl`)).to.throw(
      "--expect must be left out with taxi, whose documents are computed",
    );
    expect(() => options("--workload", "./nowhere")).to.throw("workload ./nowhere is not a folder");
  });

  it("say which code does not run on this machine", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "workload-"));
    try {
      cpSync("tests/workloads/page-views", folder, {
        recursive: true,
        filter: (source) => !/\/job(\/|$)/.test(source),
      });
      const file = path.join(folder, "workload.yaml");
      const text = readFileSync(file, "utf8");
      for (const [code, problem] of [
        ["app.zip", "is a Python application, which does not run on this machine"],
        ["s3://jars/views.jar", "is in S3, which is not on this machine"],
      ] as const) {
        writeFileSync(file, text.replace("job/target/page-views.jar", code));
        expect(() => options("--workload", folder)).to.throw(OptionsError, problem);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("name a fault for a verified run", () => {
    expect(options("--once", "--fault", "reshard").fault).to.include({ name: "reshard" });
  });

  it("list every problem at once", () => {
    const wrong = ["--workload", "trades", "--input", "trips.csv", "--fault", "flood"];
    expect(() => options(...wrong, "--report", "/nowhere/report.json"))
      .to.throw(OptionsError)
      .with.property("message")
      .that.matches(/--input must be left out with trades, whose events the producer generates/)
      .and.matches(/--fault flood is unknown; it must be one of task-manager-killed, /)
      .and.matches(/--report needs --once/)
      .and.matches(/--report \/nowhere\/report\.json cannot be written; name a file in a folder/);
  });

  it("refuse a fault in a run that nothing verifies", () => {
    expect(() => options("--fault", "duplicates")).to.throw(OptionsError, "--fault needs --once");
  });

  it("refuse an input that is not there, a folder and an empty file", () => {
    expect(() => options("--input", "absent.csv")).to.throw(
      /absent\.csv cannot be read \(ENOENT\)/,
    );
    expect(() => options("--input", ".")).to.throw(/--input \. is not a file/);
    expect(() => options("--input", "/dev/null")).to.throw(/--input \/dev\/null is not a file/);
  });

  it("say what each fault does", () => {
    const lines = faultList().trimEnd().split("\n");
    expect(lines).to.have.length(8);
    for (const line of lines) expect(line).to.match(/^[a-z-]+ +\S.{20,}$/);
  });
});
