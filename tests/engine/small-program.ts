import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";

/** What can be changed in the small program. */
export interface Settings {
  readonly statements: readonly (aws.iam.PolicyStatement | "read stream")[];
  readonly trusted: string;
  readonly keyRotation: boolean;
  readonly hasKey: boolean;
  readonly isProtected: boolean;
  readonly shardCount: number;
  readonly isScaled: boolean;
  readonly retentionPeriod: number;
  readonly streamName: string | undefined;
  readonly hasStream: boolean;
  readonly hasBucket: boolean;
  readonly bucketPrincipal: string;
  readonly publisher: string;
  readonly sourceCidr: string;
  readonly authorization: string;
  readonly subnet: string;
  readonly threshold: number;
  readonly widgets: readonly string[];
  readonly topicName: string;
  readonly oldTopicName: string | undefined;
  /** The topic is a part of a component inside the one that it was in. */
  readonly hasMoved: boolean;
  readonly isFifo: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly groupName: string;
}

export const unchanged: Settings = {
  statements: ["read stream"],
  trusted: "lambda.amazonaws.com",
  keyRotation: true,
  hasKey: true,
  isProtected: true,
  shardCount: 2,
  isScaled: false,
  retentionPeriod: 24,
  streamName: undefined,
  hasStream: true,
  hasBucket: true,
  bucketPrincipal: "arn:aws:iam::000000000000:role/reader",
  publisher: "cloudwatch.amazonaws.com",
  sourceCidr: "10.0.0.0/16",
  authorization: "AWS_IAM",
  subnet: "10.0.1.0/24",
  threshold: 60,
  widgets: ["Lag", "Records"],
  topicName: "alarms",
  oldTopicName: undefined,
  hasMoved: false,
  isFifo: false,
  tags: { team: "one" },
  groupName: "fixed",
};

class Part extends pulumi.ComponentResource {
  constructor(
    kind: string,
    name: string,
    declare?: (parent: pulumi.Resource) => void,
    parent?: pulumi.Resource,
  ) {
    super(`test:index:${kind}`, name, {}, parent && { parent });
    declare?.(this);
    this.registerOutputs();
  }
}

/** A store, a job that reads it, a network and what watches over them. */
export function smallProgram(settings: Settings): PulumiFn {
  return () => {
    const { tags } = settings;
    let streamArn: pulumi.Input<string> = "arn:aws:kinesis:eu-central-1:000000000000:stream/gone";
    let streamName: pulumi.Input<string> = "gone";
    new Part("Store", "store", (parent) => {
      const key = settings.hasKey
        ? new aws.kms.Key(
            "key",
            { enableKeyRotation: settings.keyRotation, deletionWindowInDays: 10, tags },
            { parent, protect: settings.isProtected },
          )
        : undefined;
      if (settings.hasStream) {
        const stream = new aws.kinesis.Stream(
          "events",
          {
            ...(settings.streamName !== undefined && { name: settings.streamName }),
            ...(key && { encryptionType: "KMS", kmsKeyId: key.arn }),
            shardCount: settings.shardCount,
            retentionPeriod: settings.retentionPeriod,
            tags,
          },
          {
            parent,
            protect: settings.isProtected,
            ...(settings.isScaled && { ignoreChanges: ["shardCount"] }),
          },
        );
        streamArn = stream.arn;
        streamName = stream.name;
      }
      if (settings.hasBucket) {
        const bucket = new aws.s3.Bucket("archive", { tags }, { parent, retainOnDelete: true });
        new aws.s3.BucketPolicy(
          "archive",
          {
            bucket: bucket.bucket,
            policy: document([
              {
                Effect: "Allow",
                Action: "s3:GetObject",
                Resource: pulumi.interpolate`${bucket.arn}/*`,
                Principal: { AWS: settings.bucketPrincipal },
              },
            ]),
          },
          { parent },
        );
      }
    });
    new Part("Job", "job", (parent) => {
      const role = new aws.iam.Role(
        "job",
        {
          assumeRolePolicy: document([
            {
              Effect: "Allow",
              Action: "sts:AssumeRole",
              Principal: { Service: settings.trusted },
            },
          ]),
          tags,
        },
        { parent },
      );
      const statements = settings.statements.map((one) =>
        one === "read stream"
          ? { Effect: "Allow" as const, Action: ["kinesis:GetRecords"], Resource: streamArn }
          : one,
      );
      new aws.iam.RolePolicy("job", { role: role.name, policy: document(statements) }, { parent });
    });
    new Part("Network", "network", (parent) => {
      const vpc = new aws.ec2.Vpc("network", { cidrBlock: "10.0.0.0/16", tags }, { parent });
      new aws.ec2.FlowLog("network", { vpcId: vpc.id, trafficType: "ALL", tags }, { parent });
      new aws.ec2.Subnet(
        "private",
        { vpcId: vpc.id, cidrBlock: settings.subnet, tags },
        { parent },
      );
      const group = new aws.ec2.SecurityGroup(
        "clients",
        { name: settings.groupName, vpcId: vpc.id, tags },
        { parent, deleteBeforeReplace: true },
      );
      new aws.vpc.SecurityGroupIngressRule(
        "https",
        {
          securityGroupId: group.id,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrIpv4: settings.sourceCidr,
          tags,
        },
        { parent },
      );
      new aws.apigateway.Method(
        "get",
        {
          restApi: "abc",
          resourceId: "def",
          httpMethod: "GET",
          authorization: settings.authorization,
        },
        { parent },
      );
    });
    new Part("Watch", "watch", (parent) => {
      const { oldTopicName, hasMoved, isFifo } = settings;
      const aliases = [
        ...(oldTopicName === undefined ? [] : [{ name: oldTopicName }]),
        ...(hasMoved ? [{ parent }] : []),
      ];
      const topic = new aws.sns.Topic(
        settings.topicName,
        { ...(isFifo && { fifoTopic: true }), tags },
        { parent: hasMoved ? new Part("Topics", "topics", undefined, parent) : parent, aliases },
      );
      new aws.sns.TopicPolicy(
        "alarms",
        {
          arn: topic.arn,
          policy: document([
            {
              Effect: "Allow",
              Action: "sns:Publish",
              Resource: topic.arn,
              Principal: { Service: settings.publisher },
            },
          ]),
        },
        { parent },
      );
      new aws.cloudwatch.MetricAlarm(
        "lag",
        {
          comparisonOperator: "GreaterThanThreshold",
          evaluationPeriods: 5,
          threshold: settings.threshold,
          namespace: "AWS/Kinesis",
          metricName: "GetRecords.IteratorAgeMilliseconds",
          period: 60,
          statistic: "Maximum",
          dimensions: { StreamName: streamName },
          tags,
        },
        { parent },
      );
      new aws.cloudwatch.Dashboard(
        "overview",
        {
          dashboardName: "overview",
          dashboardBody: pulumi.jsonStringify({
            widgets: settings.widgets.map((title, index) => ({
              type: "metric",
              x: 0,
              y: 6 * index,
              width: 24,
              height: 6,
              properties: { title, metrics: [["AWS/Kinesis", "IncomingRecords", streamName]] },
            })),
          }),
        },
        { parent },
      );
    });
    return Promise.resolve();
  };
}

function document(statements: readonly pulumi.Input<object>[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: [...statements] });
}
