import { runtime } from "@pulumi/pulumi";
import { expect } from "chai";
import { planText, stable } from "../../local/engine/plan-report";
import type { OperationResult } from "../../local/engine/policy-pack";
import type { ResourceStep } from "../../local/engine/run-record";

const STREAM = "aws:kinesis/stream:Stream";
const stackUrn = "urn:pulumi:dev::trips::pulumi:pulumi:Stack::trips-dev";

function step(type: string, name: string, more: Partial<ResourceStep> = {}): ResourceStep {
  const urn = `urn:pulumi:dev::trips::${type}::${name}`;
  return {
    urn,
    type,
    parent: stackUrn,
    op: "create",
    inputs: {},
    outputs: {},
    changes: [],
    protect: false,
    isDeletedFirst: false,
    ...more,
  };
}

function result(resources: readonly ResourceStep[], more: Partial<OperationResult> = {}) {
  const empty = { violations: [], passes: {}, summary: {}, errors: [], warnings: [], policies: [] };
  return { ...empty, resources, ...more };
}

describe("report on a plan", () => {
  it("shows resources below their components, with what changes", () => {
    const component = step("trips:index:Events", "events");
    const text = planText(
      "dev",
      result(
        [
          step("pulumi:pulumi:Stack", "trips-dev"),
          component,
          step(STREAM, "events", {
            parent: component.urn,
            op: "update",
            changes: ["shardCount", "tags.a"],
          }),
        ],
        { summary: { update: 1 } },
      ),
    );
    expect(text).to.include(
      `+ trips:index:Events events\n  ~ ${STREAM} events (shardCount, tags.a)\n\nResources: 1 update`,
    );
  });

  it("shows every policy, and each violation with the resource", () => {
    const stream = step(STREAM, "events");
    const limit = { name: "shard-limit", enforcementLevel: "mandatory" };
    const hint = { name: "price-hint", enforcementLevel: "advisory" };
    const text = planText(
      "dev",
      result([stream], {
        policies: [
          { ...limit, result: "violated", passes: 0 },
          { ...hint, result: "violated", passes: 1 },
          { name: "unused", enforcementLevel: "mandatory", result: "passed", passes: 0 },
        ],
        violations: [
          { ...limit, resource: stream.urn, message: "shardCount is 5.\nLower it." },
          { ...hint, resource: "", message: "It is dear." },
        ],
      }),
    );
    expect(text).to.include("✗ violated shard-limit\n! violated price-hint (advisory)\n");
    expect(text).to.include("✓ passed   unused: nothing to judge");
    expect(text).to.include("Policies: 1 of 3 passed");
    expect(text).to.include("✗ shard-limit, events:\n  shardCount is 5.\n  Lower it.");
    expect(text).to.include("! price-hint, the stack:\n  It is dear.");
  });

  it("gives values that depend neither on order nor on the machine", () => {
    const sig = runtime.specialSigKey;
    const inputs = {
      kmsKeyId: runtime.unknownValue,
      code: { [sig]: runtime.specialAssetSig, hash: "0123", path: "/project/job/job.jar" },
      password: { [sig]: runtime.specialSecretSig, ciphertext: "[secret]" },
      role: { [sig]: runtime.specialResourceSig, urn: "urn:role", id: "role-1" },
      paths: { job: "/project/job/job.jar", other: "/projects" },
    };
    const order = (values: object) => Object.keys(stable(values, "/project") as object);
    expect(order({ b: 1, a: 2 })).to.deep.equal(order({ a: 2, b: 1 }));
    expect(stable(inputs, "/project")).to.deep.equal({
      code: "[asset job/job.jar sha256:0123]",
      kmsKeyId: "[unknown before the update]",
      password: "[secret]",
      paths: { job: "job/job.jar", other: "/projects" },
      role: "urn:role",
    });
  });
});
