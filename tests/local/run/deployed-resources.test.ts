import { expect } from "chai";

import { deployedResources } from "../../../local/run/deployment";

const urn = (name: string) => `urn:pulumi:local::pipeline::some:type::${name}`;
const step = (name: string, type: string, parent: string, op = "create") => ({
  urn: urn(name),
  type,
  parent: parent && urn(parent),
  op,
});

describe("the deployed resources", () => {
  it("are what stands, each under its component, without the engine's own", () => {
    const found = deployedResources([
      step("stack", "pulumi:pulumi:Stack", ""),
      step("aws", "pulumi:providers:aws", ""),
      step("taxi", "streaming:infra:Pipeline", "stack"),
      step("gone", "aws:kinesis/stream:Stream", "taxi", "delete"),
      step("events", "aws:kinesis/stream:Stream", "taxi", "same"),
    ]);
    expect(found).to.deep.equal([
      { name: "taxi", type: "streaming:infra:Pipeline", parent: null },
      { name: "events", type: "aws:kinesis/stream:Stream", parent: 0 },
    ]);
  });
});
