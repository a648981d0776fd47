import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { planOf } from "../../../local/preview/plan";
import { readPlanFile } from "../../../local/preview/plan-file";

const urn = "urn:pulumi:prod::pipeline::aws:kinesis/stream:Stream::events";
const type = "aws:kinesis/stream:Stream";
const state = (shardCount: number) => ({
  urn,
  type,
  id: "events",
  parent: "",
  protect: true,
  inputs: { name: "events", shardCount },
  outputs: { name: "events", shardCount },
});

describe("A plan of the deployed stack by pulumi preview --json", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "plan-file-"));
  const file = path.join(folder, "plan.json");
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function planIn(text: string) {
    writeFileSync(file, text);
    return planOf({ stack: "prod", root: folder, result: readPlanFile(file, "prod") });
  }

  it("is read from its events, with the policies", () => {
    const metadata = { op: "update", urn, type, provider: "aws", old: state(2), new: state(4) };
    const events = [
      {
        resourcePreEvent: {
          metadata: { ...metadata, detailedDiff: { shardCount: { diffKind: "update" } } },
        },
      },
      {
        policyEvent: {
          policyName: "kinesis-stream-shard-limit",
          enforcementLevel: "mandatory",
          message: "No.",
          resourceUrn: urn,
        },
      },
    ];
    const plan = planIn(events.map((event) => JSON.stringify(event)).join("\n"));
    expect(plan.changes).to.have.length(1);
    expect(plan.changes[0]?.properties).to.deep.equal([
      { path: "shardCount", before: 2, after: 4 },
    ]);
    expect(plan.verdict).to.equal("refused");
    expect(plan.result.policies.length).to.be.greaterThan(100);
  });

  it("is read from its digest, which has no policies and is not accepted", () => {
    const digest = {
      steps: [
        {
          op: "replace",
          urn,
          oldState: state(2),
          newState: state(4),
          detailedDiff: { shardCount: { kind: "update-replace", inputDiff: true } },
        },
      ],
      changeSummary: { replace: 1 },
    };
    const plan = planIn(JSON.stringify(digest, null, 4));
    expect(plan.changes[0]).to.include({ operation: "replace", isStopped: true });
    expect(plan.changes[0]?.dataLoss).to.include("24 hours");
    expect(plan.verdict).to.equal("stopped");
    const update = { ...digest, steps: [{ ...digest.steps[0], op: "update" }] };
    expect(planIn(JSON.stringify(update, null, 4)).verdict).to.equal("unjudged");
  });

  it("has what is imported, also in the place of what is replaced", () => {
    const steps = [
      { op: "import", urn, newState: state(2) },
      { op: "import-replacement", urn: `${urn}-2`, oldState: state(2), newState: state(4) },
      { op: "replace", urn: `${urn}-2`, oldState: state(2), newState: state(4) },
      { op: "delete-replaced", urn: `${urn}-2`, oldState: state(2) },
    ];
    const { changes } = planIn(JSON.stringify({ steps }, null, 4));
    expect(changes.map(({ operation, access }) => [operation, access])).to.deep.equal([
      ["import", []],
      ["replace", []],
    ]);
  });

  it("is refused when it is something else", () => {
    expect(() => planIn("nonsense")).to.throw(/--plan must be the output of pulumi preview --json/);
    expect(() => planIn("")).to.throw(/has no resources/);
  });
});
