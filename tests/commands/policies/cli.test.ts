import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { baseline, configurationProblems, levels } from "../../../policies/configuration";
import { policies } from "../../../policies/pack";
import { inDays } from "../../support/policy";

const urn = "urn:pulumi:dev::trips::aws:kinesis/stream:Stream::events";
const until = { reason: "OPS-1, before the pack", expires: inDays(90) };

function event(policyName: string, message = "events: it is wrong.", resourceUrn = urn): string {
  return JSON.stringify({ policyEvent: { policyName, message, resourceUrn } });
}

describe("a baseline", () => {
  const events = [
    '{"sequence":0,"stdoutEvent":{"message":"x"}}',
    event("kinesis-stream-encryption"),
    event("kinesis-stream-retention"),
    event("kinesis-stream-retention"),
    event("stack-monthly-cost"),
    event("required-tags", "Excepted until 2026-12-31 (OPS-0). events: tags lack owner."),
    event("kinesis-stream-shard-limit", "can't run policy 'kinesis-stream-shard-limit'"),
    event("policy-document-unknown"),
    event("somebody-elses-policy"),
    "",
  ].join("\n");
  const made = baseline(
    {
      "kinesis-stream-encryption": "advisory",
      "kinesis-stream-retention": { minHours: 24, exceptions: [{ ...until, resource: "other" }] },
    },
    events,
    until,
  );

  it("excepts each violation once, beside what was configured", () => {
    expect(made).to.deep.equal({
      "kinesis-stream-encryption": {
        enforcementLevel: "advisory",
        exceptions: [{ resource: urn, ...until }],
      },
      "kinesis-stream-retention": {
        minHours: 24,
        exceptions: [
          { ...until, resource: "other" },
          { resource: urn, ...until },
        ],
      },
      "stack-monthly-cost": { exceptions: [{ resource: "<stack>", ...until }] },
    });
  });

  it("is a configuration without problems", () => {
    expect(configurationProblems(made)).to.be.empty;
  });
});

describe("levels by severity", () => {
  it("make the policies of the severities advise, and no others", () => {
    const made = levels(["low", "medium"]);
    for (const { name, severity = "" } of policies) {
      expect(name in made, name).to.equal(["low", "medium"].includes(severity));
    }
    expect(configurationProblems(made)).to.be.empty;
  });

  it("refuse what is no severity", () => {
    expect(() => levels(["low", "hihg"])).to.throw('got "low,hihg"');
    expect(() => levels([""])).to.throw("--advisory must be some of low,medium,high,critical");
  });
});

describe("the command streaming-policies", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), "policies-cli-"));
  const cli = path.join(__dirname, "../../../policies/cli.ts");
  const file = path.join(folder, "events.json");
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(...args: readonly string[]) {
    return spawnSync(process.execPath, ["--require", "tsx/cjs", cli, ...args], {
      encoding: "utf8",
    });
  }

  it("prints a baseline that it finds nothing wrong with", () => {
    writeFileSync(file, event("kinesis-stream-encryption"));
    const { reason, expires } = until;
    const { stdout } = run("baseline", file, "--reason", reason, "--expires", expires);
    const limits = path.join(folder, "limits.json");
    writeFileSync(limits, stdout);
    expect(JSON.parse(stdout)).to.have.all.keys("kinesis-stream-encryption");
    expect(run("check", limits)).to.include({ status: 0, stdout: "" });
  });

  it("refuses a baseline without an end, and wrong options, with how it is used", () => {
    writeFileSync(file, event("kinesis-stream-encryption"));
    for (const args of [["baseline", file, "--reason", "x"], ["basline"], ["check", "--fast"]]) {
      const { status, stderr } = run(...args);
      expect(status, args.join(" ")).to.equal(2);
      expect(stderr).to.include("streaming-policies check FILE");
    }
  });
});
