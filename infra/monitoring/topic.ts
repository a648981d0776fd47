import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentInputs } from "../core/component";
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
    super("streaming:infra:AlarmTopic", name, componentInputs(args, "subscribers"), opts);

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
        // By hash: the token in the URL of a chat would stand in URNs and plans.
        `${name}-${createHash("sha256").update(endpoint).digest("hex").slice(0, 8)}`,
        endpoint.startsWith("https:")
          ? { topic: topic.arn, protocol: "https", endpoint: pulumi.secret(endpoint) }
          : { topic: topic.arn, protocol: "email", endpoint },
        { parent: this },
      );
    }

    this.arn = topic.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
