import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { projectPack } from "../../local/engine/policy-pack";
import { EngineError } from "../../local/engine/stack";
import { requireEngine, Sandbox } from "./engine";

/** Documents that break every policy about documents; each names a resource that is not there yet. */
function careless(): Promise<void> {
  const stream = new aws.kinesis.Stream("events", { shardCount: 1 });
  const bucket = new aws.s3.Bucket("archive");
  const topic = new aws.sns.Topic("alarms");
  const key = new aws.kms.Key("key");
  const role = new aws.iam.Role("reader", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
  });
  const allow = (name: string, Action: string, Resource: pulumi.Input<string>) =>
    new aws.iam.RolePolicy(name, {
      role: role.name,
      policy: document([
        { Effect: "Allow", Action, Resource },
        { Effect: "Allow", Action: "kinesis:GetRecords", Resource: stream.arn },
      ]),
    });
  allow("every-action", "kinesis:*", stream.arn);
  allow("every-resource", "kinesis:PutRecord", "*");
  allow("every-key", "kms:Decrypt", "*");
  new aws.iam.RolePolicyAttachment("administrator", {
    role: role.name,
    policyArn: aws.iam.ManagedPolicy.AdministratorAccess,
  });
  new aws.s3.Bucket("bare");
  const lag = (
    name: string,
    StreamName: pulumi.Input<string>,
    alarmActions: pulumi.Input<string>[],
  ) =>
    new aws.cloudwatch.MetricAlarm(name, {
      namespace: "AWS/Kinesis",
      metricName: "GetRecords.IteratorAgeMilliseconds",
      statistic: "Maximum",
      dimensions: { StreamName },
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      period: 60,
      threshold: 60_000,
      alarmActions,
    });
  lag("misdirected", stream.arn, [topic.arn]);
  const silent = lag("silent", stream.name, []);
  new aws.cloudwatch.CompositeAlarm("sum", {
    alarmName: "sum",
    alarmRule: pulumi.interpolate`ALARM("${silent.name}")`,
  });
  new aws.s3.BucketPolicy("archive", {
    bucket: bucket.bucket,
    policy: document([
      {
        Effect: "Allow",
        Action: "s3:PutBucketPolicy",
        Resource: bucket.arn,
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
      },
    ]),
  });
  const publicly = (Action: string, Resource: pulumi.Input<string>) =>
    document([{ Effect: "Allow", Action, Resource, Principal: "*" }]);
  new aws.sns.TopicPolicy("alarms", {
    arn: topic.arn,
    policy: publicly("sns:Publish", topic.arn),
  });
  new aws.kinesis.ResourcePolicy("events", {
    resourceArn: stream.arn,
    policy: publicly("kinesis:GetRecords", stream.arn),
  });
  new aws.kms.KeyPolicy("key", { keyId: key.id, policy: publicly("kms:Decrypt", key.arn) });
  return Promise.resolve();
}

function document(statements: readonly pulumi.Input<object>[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: [...statements] });
}

const expected = [
  "cloudwatch-alarm-action misdirected",
  "cloudwatch-alarm-action silent",
  "cloudwatch-alarm-action sum",
  "cloudwatch-alarm-dimensions misdirected",
  "iam-managed-policy-full-access administrator",
  "iam-policy-decryption every-key",
  "iam-policy-wildcard-actions every-action",
  "iam-policy-wildcard-resources every-resource",
  "iam-resource-policy-public-access alarms",
  "iam-resource-policy-public-access events",
  "iam-resource-policy-public-access key",
  "s3-bucket-policy bare",
  "s3-bucket-policy-control archive",
  "s3-bucket-policy-tls archive",
];

describe("an offline preview of documents that break the policies about them", () => {
  const sandbox = new Sandbox();
  before(requireEngine);
  after(sandbox.remove);

  it("is refused by each of those policies, and leaves no document unjudged", async () => {
    const stack = await sandbox.open(careless, { policyPack: projectPack("dev") });
    const error: unknown = await stack.preview().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(EngineError);
    const { violations } = (error as EngineError).result;
    const found = violations.map(
      ({ name, resource }) => `${name} ${resource.split("::")[3] ?? ""}`,
    );
    expect(found).to.include.members(expected);
    const known = new Set(expected.map((one) => one.split(" ")[0]));
    expect(found.filter((one) => known.has(one.split(" ")[0])).sort()).to.deep.equal(expected);
    expect(found.join()).not.to.include("policy-document-unknown");
  });
});
