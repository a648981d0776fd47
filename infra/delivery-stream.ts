import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, ServiceRole, type Statement } from "./iam";
import { limits, logRetentionDays } from "./limits";
import { PrivateBucket } from "./private-bucket";
import { Problems } from "./validate";

export interface DeliveryStreamArgs {
  /** ARN of the Kinesis data stream to archive. */
  readonly sourceStreamArn: pulumi.Input<string>;
  /** What it takes to read that stream, such as `EventStream.readStatements()`. */
  readonly sourceStatements: readonly Statement[];
  /** MiB to collect before an object is written, 1 to 128. */
  readonly bufferMiB: number;
  /** Seconds after which an object is written even if it is not full, 0 to 900. */
  readonly bufferSeconds: number;
  /** Days after which an archived object expires, 1 to 3,650. @default objects are kept */
  readonly expirationDays?: number | undefined;
  /** Days for which the delivery log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** ARN of the KMS key that encrypts the archive and the log. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Keeps the archive when it leaves the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/**
 * Everything that goes through a Kinesis data stream, archived in S3 as gzipped JSON lines, an object every few
 * minutes under events/year=…/month=…/day=…/hour=… (UTC, time of arrival); what cannot be delivered goes to errors/.
 *
 * @example
 * new DeliveryStream("archive", {
 *   sourceStreamArn: events.arn,
 *   sourceStatements: events.readStatements(),
 *   bufferMiB: 16,
 *   bufferSeconds: 300,
 *   logRetentionDays: 30,
 * });
 */
export class DeliveryStream extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: DeliveryStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:DeliveryStream", name, args, opts);
    validate(name, args);

    const archive = new PrivateBucket(
      name,
      {
        kmsKeyArn: args.kmsKeyArn,
        expirationDays: args.expirationDays,
        protectData: args.protectData ?? false,
      },
      { parent: this },
    );
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { retentionInDays: args.logRetentionDays, kmsKeyId: args.kmsKeyArn },
      { parent: this },
    );
    const logStream = new aws.cloudwatch.LogStream(
      `${name}-logs`,
      { logGroupName: logGroup.name },
      { parent: this },
    );
    const role = new ServiceRole(
      `${name}-role`,
      {
        service: "firehose.amazonaws.com",
        statements: [
          ...args.sourceStatements,
          ...archive.deliveryStatements(),
          allow(["logs:PutLogEvents"], [logStream.arn]),
        ],
      },
      { parent: this },
    );

    const firehose = new aws.kinesis.FirehoseDeliveryStream(
      name,
      {
        destination: "extended_s3",
        // No serverSideEncryption: a stream that reads from Kinesis takes over the encryption of its source, and
        // setting it is an error. https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
        kinesisSourceConfiguration: {
          kinesisStreamArn: args.sourceStreamArn,
          roleArn: role.arn,
        },
        extendedS3Configuration: {
          bucketArn: archive.arn,
          roleArn: role.arn,
          bufferingSize: args.bufferMiB,
          bufferingInterval: args.bufferSeconds,
          compressionFormat: "GZIP",
          ...(args.kmsKeyArn !== undefined && { kmsKeyArn: args.kmsKeyArn }),
          prefix:
            "events/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/",
          errorOutputPrefix:
            "errors/!{firehose:error-output-type}/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/",
          cloudwatchLoggingOptions: {
            enabled: true,
            logGroupName: logGroup.name,
            logStreamName: logStream.name,
          },
          processingConfiguration: {
            enabled: true,
            // Firehose joins records as they are: without a line break an object is one endless line.
            processors: [{ type: "AppendDelimiterToRecord" }],
          },
        },
      },
      // Firehose tries its role when the stream is created; the role without its policy is refused.
      { parent: this, dependsOn: [...role.ready] },
    );

    this.name = firehose.name;
    this.bucketName = archive.bucketName;
    this.registerOutputs({ name: this.name, bucketName: this.bucketName });
  }
}

function validate(name: string, args: DeliveryStreamArgs): void {
  const problems = new Problems();
  problems.integer("bufferMiB", args.bufferMiB, limits.deliveryBufferMiB);
  problems.integer("bufferSeconds", args.bufferSeconds, limits.deliveryBufferSeconds);
  problems.oneOf("logRetentionDays", args.logRetentionDays, logRetentionDays);
  problems.throwIfAny(`DeliveryStream "${name}" has invalid arguments`);
}
