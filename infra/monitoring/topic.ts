import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../core/iam";

export interface AlarmTopicArgs {
  /** E-mail addresses and https URLs; each has to confirm. @default none */
  readonly subscribers?: readonly string[];
  /** ARN of the KMS key that encrypts messages and whose policy lets CloudWatch use it. @default messages are not encrypted at rest */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** An SNS topic to which the alarms of this account write, and nobody else. */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:AlarmTopic", name, args, opts);

    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    const topic = new aws.sns.Topic(
      name,
      args.kmsKeyArn === undefined ? {} : { kmsMasterKeyId: args.kmsKeyArn },
      { parent: this },
    );
    new aws.sns.TopicPolicy(
      name,
      {
        arn: topic.arn,
        policy: policyDocument([
          {
            Sid: "AlarmsOfThisAccount",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: "sns:Publish",
            Resource: topic.arn,
            Condition: { StringEquals: { "aws:SourceAccount": accountId } },
          },
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "sns:Publish",
            Resource: topic.arn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ]),
      },
      { parent: this },
    );
    for (const endpoint of args.subscribers ?? []) {
      new aws.sns.TopicSubscription(
        `${name}-${endpoint.replace(/^https:\/\//, "").replace(/[^A-Za-z0-9.@_-]+/g, "-")}`,
        {
          topic: topic.arn,
          protocol: endpoint.startsWith("https:") ? "https" : "email",
          endpoint,
        },
        { parent: this },
      );
    }

    this.arn = topic.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
