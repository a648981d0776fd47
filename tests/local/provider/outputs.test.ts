import { expect } from "chai";
import { COMPUTED } from "../../../local/provider/computed";
import { factsOf, KNOWN_TYPES } from "../../../local/provider/facts";
import {
  createdOutputs,
  plannedOutputs,
  updatedOutputs,
  type Place,
} from "../../../local/provider/outputs";
import { UNKNOWN, type Values } from "../../../local/provider/values";
import { DOMAIN, STREAM, urn } from "./resources";

const place: Place = { account: "000000000000", region: "eu-central-1" };

function deployed(type: string, inputs: Values): { type: string; urn: string; inputs: Values } {
  return { type, urn: urn(type, "events"), inputs };
}

/** An input for every property that the program can set, as far as a text will do. */
function texts(type: string): Values {
  const inputs = Object.entries(factsOf(type)).filter(
    ([name, { input, type: kind }]) => input && kind === "string" && name !== "region",
  );
  return Object.fromEntries(inputs.map(([name]) => [name, `the-${name}`]));
}

describe("outputs of the local AWS provider", () => {
  it("has a row for every type whose properties are known, and none besides", () => {
    expect(Object.keys(COMPUTED)).to.have.members(KNOWN_TYPES);
  });

  it("computes only properties that the type has and that AWS computes", () => {
    for (const [type, row] of Object.entries(COMPUTED)) {
      const facts = factsOf(type);
      for (const name of Object.keys(row).filter((output) => output !== "id")) {
        expect(facts[name]?.computed, `${type} ${name}`).to.equal(true);
      }
    }
  });

  it("fills in every template", () => {
    for (const [type, row] of Object.entries(COMPUTED)) {
      const { id, outputs } = createdOutputs(deployed(type, texts(type)), place);
      expect(id, type).to.match(/^[^{}]+$/);
      const names = Object.keys(row).filter((name) => name !== "id");
      for (const name of names) expect(outputs, type).to.have.property(name);
      expect(JSON.stringify(outputs), type).not.to.match(/\{[a-z]+(:\d+)?\}/);
    }
  });

  it("computes in a plan what the update will have, and echoes the inputs", () => {
    const resource = deployed(STREAM, { name: "events", tags: { a: "b" } });
    const planned = plannedOutputs(resource, place);
    expect(planned).to.deep.equal(createdOutputs(resource, place));
    expect(planned.outputs).to.deep.include({
      name: "events",
      arn: "arn:aws:kinesis:eu-central-1:000000000000:stream/events",
      region: "eu-central-1",
      tagsAll: { a: "b" },
    });
  });

  it("leaves unknown in a plan what has no row, and what comes from unknown inputs", () => {
    const { id, outputs } = plannedOutputs(deployed(STREAM, { name: UNKNOWN }), place);
    expect(id).to.equal(undefined);
    expect(outputs).to.include({ name: UNKNOWN, arn: UNKNOWN });
    const object = "aws:s3/bucketObjectv2:BucketObjectv2";
    const inputs = { bucket: "b", key: "k", content: UNKNOWN };
    expect(plannedOutputs(deployed(object, inputs), place).outputs).to.include({
      arn: "arn:aws:s3:::b/k",
      versionId: UNKNOWN,
    });
    const instance = deployed("aws:ec2/instance:Instance", {});
    expect(plannedOutputs(instance, place).outputs["publicIp"]).to.equal(UNKNOWN);
  });

  it("draws the same ids for the same resource, and others for its replacement", () => {
    const type = "aws:ec2/vpc:Vpc";
    const resource = deployed(type, { cidrBlock: "10.0.0.0/16" });
    const first = createdOutputs(resource, place);
    expect(createdOutputs(resource, place)).to.deep.equal(first);
    const second = createdOutputs({ ...resource, replaced: first.id }, place);
    expect(second.id)
      .to.match(/^vpc-[0-9a-f]{17}$/)
      .and.not.equal(first.id);
    const { defaultRouteTableId, defaultNetworkAclId } = first.outputs;
    expect(String(defaultRouteTableId).slice(4)).not.equal(String(defaultNetworkAclId).slice(4));
    expect(createdOutputs(deployed("aws:kms/key:Key", {}), place).id).to.match(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
  });

  it("knows the partition of a region", () => {
    const arnIn = (region: string): unknown =>
      createdOutputs(deployed(STREAM, { name: "events" }), { ...place, region }).outputs["arn"];
    expect(arnIn("us-east-1")).to.equal("arn:aws:kinesis:us-east-1:000000000000:stream/events");
    expect(arnIn("cn-north-1")).to.match(/^arn:aws-cn:/);
    expect(arnIn("us-gov-west-1")).to.match(/^arn:aws-us-gov:/);
  });

  it("lets a resource be in a region of its own", () => {
    const inputs = { name: "events", region: "eu-west-3" };
    const { outputs } = createdOutputs(deployed(STREAM, inputs), place);
    expect(outputs["arn"]).to.equal("arn:aws:kinesis:eu-west-3:000000000000:stream/events");
  });

  it("gives a domain in a VPC another endpoint than a public one", () => {
    const endpoint = (inputs: Values): unknown =>
      createdOutputs(deployed(DOMAIN, { domainName: "search", ...inputs }), place).outputs[
        "endpoint"
      ];
    expect(endpoint({})).to.match(/^search-search-\w{26}\.eu-central-1\.es\.amazonaws\.com$/);
    expect(endpoint({ vpcOptions: { subnetIds: ["a"] } })).to.match(/^vpc-search-/);
  });

  it("keeps ids and addresses through an update", () => {
    const type = "aws:ec2/instance:Instance";
    const inputs = { instanceType: "t4g.small" };
    const created = createdOutputs(deployed(type, inputs), place);
    const outputs = updatedOutputs(
      deployed(type, { instanceType: "t4g.large" }),
      { ...created, inputs },
      place,
    );
    expect(outputs).to.deep.equal({ ...created.outputs, instanceType: "t4g.large" });
  });

  it("forgets an input that is given no more", () => {
    const inputs = { name: "events", kmsKeyId: "key" };
    const created = createdOutputs(deployed(STREAM, inputs), place);
    const outputs = updatedOutputs(
      deployed(STREAM, { name: "events" }),
      { ...created, inputs },
      place,
    );
    expect(outputs).not.to.have.property("kmsKeyId");
  });

  it("gives a new content a new version, and counts the versions of an application", () => {
    const object = "aws:s3/bucketObjectv2:BucketObjectv2";
    const versionOf = (content: string): unknown =>
      createdOutputs(deployed(object, { bucket: "b", key: "k", content }), place).outputs[
        "versionId"
      ];
    expect(versionOf("one")).to.equal(versionOf("one"));
    expect(versionOf("one")).not.to.equal(versionOf("two"));

    const application = "aws:kinesisanalyticsv2/application:Application";
    const inputs = { name: "analytics", startApplication: true };
    const created = createdOutputs(deployed(application, inputs), place);
    expect(created.outputs).to.include({ versionId: 1, status: "RUNNING" });
    const stopped = { ...inputs, startApplication: false };
    expect(
      updatedOutputs(deployed(application, stopped), { ...created, inputs }, place),
    ).to.include({ versionId: 2, status: "READY" });
  });

  it("makes no new version for a change of tags alone", () => {
    const type = "aws:lambda/function:Function";
    const inputs = { name: "scaler", role: "arn", publish: true, tags: { team: "one" } };
    const created = createdOutputs(deployed(type, inputs), place);
    const versionOf = (news: Values): unknown =>
      updatedOutputs(deployed(type, news), { ...created, inputs }, place)["version"];
    expect(versionOf({ ...inputs, tags: { team: "two" } })).to.equal("1");
    expect(versionOf({ ...inputs, timeout: 10 })).to.equal("2");
  });

  it("does not guess a version from inputs that are not known yet", () => {
    const object = "aws:s3/bucketObjectv2:BucketObjectv2";
    const inputs = { bucket: "b", key: "k", content: "one" };
    const created = createdOutputs(deployed(object, inputs), place);
    const news = { ...inputs, content: UNKNOWN };
    const outputs = updatedOutputs(deployed(object, news), { ...created, inputs }, place);
    expect(outputs["versionId"]).to.equal(UNKNOWN);
  });

  it("says how to add a type that it cannot create", () => {
    const resource = deployed("aws:sagemaker/model:Model", {});
    expect(() => plannedOutputs(resource, place)).to.throw(/computed\.json/);
  });
});
