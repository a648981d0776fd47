import { expect } from "chai";
import { check, type CheckContext } from "../../../local/provider/check";
import { secret, UNKNOWN, type Values } from "../../../local/provider/values";
import { declaredIngestion } from "../services/api/declared-ingestion";
import { BUCKET, DOMAIN, newResource, STREAM, urn } from "./resources";

function problems(type: string, inputs: Values): string[] {
  return check(inputs, newResource(type)).problems.map(
    ({ property, reason }) => `${property} ${reason}`,
  );
}

describe("check of the local AWS provider", () => {
  it("accepts inputs that the type has", () => {
    expect(problems(STREAM, { shardCount: 2, retentionPeriod: 48 })).to.be.empty;
  });

  it("accepts every resource of an HTTP ingestion with a key and a web ACL", async () => {
    const declared = await declaredIngestion({
      access: "ApiKey",
      requestsPerDay: 1000,
      webAclArn: "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/events/0-1",
    });
    const ofAws = declared.filter(({ type }) => type.startsWith("aws:"));
    expect(ofAws.length).to.be.above(18);
    for (const { type, inputs } of ofAws) expect(problems(type, inputs), type).to.be.empty;
  });

  it("lists every problem at once, with what is expected and what was given", () => {
    const inputs = { shards: 2, shardCount: "2", retentionPeriod: 24.5, shardLevelMetrics: "all" };
    expect(problems(STREAM, inputs)).to.have.members([
      "shards is not a property of aws:kinesis/stream:Stream",
      'shardCount must be an integer; got string "2"',
      "retentionPeriod must be an integer; got number 24.5",
      'shardLevelMetrics must be an array of string; got string "all"',
    ]);
  });

  it("looks into objects, arrays and maps", () => {
    expect(
      problems(DOMAIN, {
        clusterConfig: { instanceCount: true, nodes: 3 },
        logPublishingOptions: [{ logType: "AUDIT_LOGS" }],
        tags: { cost: 1 },
      }),
    ).to.have.members([
      "clusterConfig.instanceCount must be an integer; got boolean true",
      "clusterConfig.nodes is not a property of clusterConfig",
      "logPublishingOptions[0].cloudwatchLogGroupArn is required and must be a string",
      "tags.cost must be a string; got number 1",
    ]);
  });

  it("refuses what AWS computes and what is missing", () => {
    expect(problems(BUCKET, { arn: "arn:aws:s3:::mine" })).to.deep.equal([
      "arn is computed by AWS and cannot be set",
    ]);
    expect(problems("aws:kms/alias:Alias", {})).to.deep.equal([
      "targetKeyId is required and must be a string",
    ]);
  });

  it("counts the items of an array", () => {
    expect(
      problems("aws:lambda/function:Function", {
        role: "arn",
        layers: ["1", "2", "3", "4", "5", "6"],
      }),
    ).to.deep.equal(["layers has 6 items and must have at most 5"]);
  });

  it("judges neither what is not known yet nor whether a value is secret", () => {
    const inputs = { shardCount: UNKNOWN, kmsKeyId: secret("key"), shardLevelMetrics: UNKNOWN };
    expect(problems(STREAM, inputs)).to.be.empty;
    expect(problems(STREAM, { shardCount: secret("two") })).to.deep.equal([
      'shardCount must be an integer; got string "two"',
    ]);
  });

  it("sends a policy document that was given as an object as text", () => {
    const document = { Version: "2012-10-17", Statement: [] };
    const { inputs } = check({ assumeRolePolicy: document }, newResource("aws:iam/role:Role"));
    expect(inputs["assumeRolePolicy"]).to.equal(JSON.stringify(document));
  });

  it("leaves a policy document with unknown parts unknown", () => {
    const document = { Statement: [{ Resource: UNKNOWN }] };
    const { inputs } = check({ assumeRolePolicy: document }, newResource("aws:iam/role:Role"));
    expect(inputs["assumeRolePolicy"]).to.equal(UNKNOWN);
  });

  it("fills in default values, also inside blocks that are given, and no block", () => {
    const { inputs } = check(
      { logPublishingOptions: [{ logType: "AUDIT_LOGS", cloudwatchLogGroupArn: "arn" }] },
      newResource(DOMAIN),
    );
    expect(inputs["logPublishingOptions"]).to.deep.equal([
      { logType: "AUDIT_LOGS", cloudwatchLogGroupArn: "arn", enabled: true },
    ]);
    expect(inputs).not.to.have.property("domainEndpointOptions");
    expect(check({}, newResource(STREAM)).inputs).to.include({ retentionPeriod: 24 });
  });

  it("adds the provider's default tags below the resource's own", () => {
    const context: CheckContext = {
      ...newResource(STREAM),
      defaultTags: { stack: "dev", owner: "team" },
    };
    const { inputs } = check({ tags: { owner: "me" } }, context);
    expect(inputs["tags"]).to.deep.equal({ stack: "dev", owner: "me" });
    const untaggable = "aws:s3/bucketPolicy:BucketPolicy";
    const policy = check(
      { bucket: "b", policy: "{}" },
      { ...newResource(untaggable), defaultTags: { stack: "dev" } },
    );
    expect(policy.inputs).not.to.have.property("tags");
  });

  it("refuses more tags than AWS takes, default tags included", () => {
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "x"]));
    expect(problems(STREAM, { tags: tags(50) })).to.be.empty;
    expect(problems(STREAM, { tags: tags(51) })[0]).to.match(/^tags must have at most 50 .*got 51/);
    const type = "aws:s3/bucketObjectv2:BucketObjectv2";
    const context = { ...newResource(type), defaultTags: { stack: "dev" } };
    const { problems: found } = check({ bucket: "b", tags: tags(10) }, context);
    expect(found.map(({ reason }) => reason)[0]).to.match(/at most 10 .*got 11/);
  });

  it("makes up a name and keeps it, also when the resource is renamed", () => {
    const context = newResource(STREAM);
    const { inputs } = check({}, context);
    expect(inputs["name"]).to.match(/^events-[0-9a-f]{7}$/);
    const again = check({}, { ...context, previous: { name: "events-0000000" } });
    expect(again.inputs["name"]).to.equal("events-0000000");
    const renamed = check({}, { ...context, previous: { name: "earlier-0000000" } });
    expect(renamed.inputs["name"]).to.equal("earlier-0000000");
    expect(check({ name: "mine" }, context).inputs["name"]).to.equal("mine");
    const unnamed = check({}, { ...context, previous: { name: "mine" } });
    expect(unnamed.inputs["name"]).to.equal(inputs["name"]);
  });

  it("takes the name that the stack's autonaming proposes, and keeps it", () => {
    const context = { ...newResource(STREAM), proposedName: "dev-events-1" };
    expect(check({}, context).inputs["name"]).to.equal("dev-events-1");
    const again = { ...context, proposedName: "dev-events-2", previous: { name: "dev-events-1" } };
    expect(check({}, again).inputs["name"]).to.equal("dev-events-1");
    expect(check({}, { ...context, proposedName: null }).inputs).not.to.have.property("name");
  });

  it("leaves the name to AWS when a prefix for it is given", () => {
    const { inputs } = check({ bucketPrefix: "mine-" }, newResource(BUCKET));
    expect(inputs).not.to.have.property("bucket");
  });

  it("reports a generated name that is too long", () => {
    const name = "a-search-domain-of-the-pipeline";
    const { problems: found } = check({}, { ...newResource(DOMAIN), urn: urn(DOMAIN, name) });
    expect(found).to.have.length(1);
    expect(found[0]?.property).to.equal("domainName");
    expect(found[0]?.reason).to.match(/has 39 characters; the limit is 28/);
  });

  it("says how to add a type that it does not know", () => {
    expect(() => check({}, newResource("aws:sagemaker/model:Model"))).to.throw(
      /aws:sagemaker\/model:Model is not known.*aws-resource-facts\.json.*computed\.json/,
    );
  });
});
