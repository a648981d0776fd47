import type { AnalyzedResource } from "./pack-server";

type Props = AnalyzedResource["props"];

const key = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000";
const tags = { project: "bench", stack: "bench" };

function document(resource: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["kinesis:GetRecords"], Resource: resource }],
  });
}

/** A pipeline's kinds of resources, in about the proportions of one. */
const kinds: readonly (readonly [type: string, props: (name: string) => Props])[] = [
  [
    "aws:kinesis/stream:Stream",
    (name) => ({
      name,
      shardCount: 2,
      retentionPeriod: 168,
      encryptionType: "KMS",
      kmsKeyId: key,
      tags,
    }),
  ],
  [
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    (name) => ({
      name,
      namespace: "AWS/Kinesis",
      metricName: "GetRecords.IteratorAgeMilliseconds",
      dimensions: { StreamName: name },
      alarmActions: ["arn:aws:sns:us-east-1:123456789012:alarms"],
      tags,
    }),
  ],
  [
    "aws:cloudwatch/logGroup:LogGroup",
    (name) => ({ name, retentionInDays: 365, kmsKeyId: key, tags }),
  ],
  ["aws:iam/role:Role", (name) => ({ name, assumeRolePolicy: document("*"), tags })],
  [
    "aws:iam/rolePolicy:RolePolicy",
    (name) => ({ name, policy: document(`arn:aws:kinesis:us-east-1:123456789012:stream/${name}`) }),
  ],
  ["aws:s3/bucket:Bucket", (name) => ({ bucket: name, tags })],
  [
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    (name) => ({
      bucket: name,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }),
  ],
  [
    "aws:lambda/function:Function",
    (name) => ({
      name,
      runtime: "nodejs22.x",
      memorySize: 256,
      tracingConfig: { mode: "Active" },
      tags,
    }),
  ],
  [
    "aws:ec2/subnet:Subnet",
    () => ({ availabilityZone: "us-east-1a", mapPublicIpOnLaunch: false, tags }),
  ],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    () => ({ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/16", tags }),
  ],
];

/** Resources of several kinds, in turn. */
export function generatedStack(size: number): AnalyzedResource[] {
  return Array.from({ length: size }, (_, index) => {
    const [type, props] = kinds[index % kinds.length] ?? ["", () => ({})];
    const name = `resource-${Math.floor(index / kinds.length)}`;
    return { type, name, props: props(name) };
  });
}
