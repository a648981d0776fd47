import { expect } from "chai";
import { policies } from "../../../../policies/pack";
import { evaluate, evaluateStack } from "../../../support/policy";
import { policyText } from "../../../policies/access-fixtures";

type Props = Readonly<Record<string, unknown>>;

async function refusing(type: string, props: Props): Promise<string> {
  const found: string[] = [];
  for (const policy of policies) {
    const one = { type, name: "one", props: structuredClone(props) };
    const { violations } =
      "validateStack" in policy ? await evaluateStack(policy, [one]) : await evaluate(policy, one);
    if (violations.length > 0) found.push(`${policy.name}: ${violations.join()}`);
  }
  return found.join("\n");
}

const cloudControl = "aws:cloudcontrol/resource:Resource";

function state(typeName: string, desired: object): Props {
  return { typeName, desiredState: JSON.stringify(desired) };
}

const everybody = policyText({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" });

const cases: readonly (readonly [type: string, props: Props, refusal: string])[] = [
  ["aws-native:kinesis:Stream", { shardCount: 500 }, "shardCount is 500"],
  ["aws-native:kinesis:Stream", { retentionPeriodHours: 24 }, "retentionPeriod is 24 hours"],
  ["awscc:index/kinesisStream:KinesisStream", { shardCount: 9 }, "shardCount is 9"],
  [cloudControl, state("AWS::Kinesis::Stream", { ShardCount: 7 }), "shardCount is 7"],
  [
    "aws-native:kinesisfirehose:DeliveryStream",
    {
      extendedS3DestinationConfiguration: {
        bufferingHints: { sizeInMbs: 1, intervalInSeconds: 60 },
      },
    },
    "extendedS3Configuration.bufferingSize is 1 MiB",
  ],
  [
    cloudControl,
    state("AWS::KinesisFirehose::DeliveryStream", {
      ExtendedS3DestinationConfiguration: { BufferingHints: { SizeInMBs: 2 } },
    }),
    "extendedS3Configuration.bufferingSize is 2 MiB",
  ],
  ...(
    [
      ["splunk", "splunk"],
      ["snowflake", "snowflake"],
      ["iceberg", "iceberg"],
      ["elasticsearch", "elasticsearch"],
      ["opensearch", "amazonopensearchservice"],
      ["opensearchserverless", "amazonOpenSearchServerless"],
    ] as const
  ).map(
    ([block, name]) =>
      [
        "aws-native:kinesisfirehose:DeliveryStream",
        {
          [`${name}DestinationConfiguration`]: {
            bufferingHints: { sizeInMbs: 129, intervalInSeconds: 60 },
            cloudWatchLoggingOptions: { enabled: true, logGroupName: "delivery" },
          },
        },
        `${block}Configuration.bufferingSize is 129 MiB`,
      ] as const,
  ),
  [
    "aws-native:kinesisanalyticsv2:Application",
    {
      applicationConfiguration: {
        flinkApplicationConfiguration: {
          parallelismConfiguration: { configurationType: "CUSTOM", parallelism: 99 },
        },
      },
    },
    "parallelism is 99",
  ],
  [
    "awscc:index/opensearchserviceDomain:OpensearchserviceDomain",
    { clusterConfig: { instanceType: "r7g.16xlarge.search", instanceCount: 1 } },
    "clusterConfig.instanceType is r7g.16xlarge.search",
  ],
  [
    "aws-native:s3:Bucket",
    { accessControl: "PublicRead" },
    "s3-bucket-acl: one: acl is PublicRead",
  ],
  [cloudControl, state("AWS::S3::Bucket", { AccessControl: "PublicRead" }), "acl is PublicRead"],
  [
    "aws-native:s3:Bucket",
    { bucketName: "b", publicAccessBlockConfiguration: { blockPublicAcls: false } },
    "s3-bucket-public-access-block: one: blockPublicAcls is false",
  ],
  ["aws-native:s3:Bucket", { bucketName: "b" }, "no BucketVersioning names this bucket"],
  ["aws-native:kms:Key", { keyPolicy: everybody, enableKeyRotation: true }, "admits everybody"],
  ["aws-native:iam:Role", { assumeRolePolicyDocument: everybody }, "admits everybody"],
  [
    cloudControl,
    state("AWS::IAM::Role", {
      Policies: [
        {
          PolicyName: "all",
          PolicyDocument: { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
        },
      ],
    }),
    "inlinePolicies[0] allows *",
  ],
];

describe("a resource of AWS Native, AWSCC or Cloud Control", () => {
  for (const [type, props, refusal] of cases) {
    it(`is judged as one of @pulumi/aws: ${type} with ${JSON.stringify(props)}`, async () => {
      const found = await refusing(type, props);
      expect(found).to.include(refusal);
      // The type has a mapping, so it is not unjudged.
      if (type !== cloudControl) expect(found).not.to.include("unjudged-resource-type");
    });
  }

  it("takes the companions that it has itself", async () => {
    const props = { bucketName: "b", versioningConfiguration: { status: "Enabled" } };
    const found = await refusing("aws-native:s3:Bucket", props);
    expect(found).not.to.include("BucketVersioning");
  });

  const unknown = ["aws-native:ec2:Instance", "aws:cloudformation/stack:Stack", cloudControl];
  for (const type of [...unknown, "pulumi-nodejs:dynamic:Resource", "command:local:Command"]) {
    it(`is refused without a mapping: ${type}`, async () => {
      expect(await refusing(type, {})).to.include("unjudged-resource-type");
    });
  }
});
