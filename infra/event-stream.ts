import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement, useKey } from "./iam";
import { limits, type StreamMode, streamModes } from "./limits";
import { Problems } from "./validate";

export interface EventStreamArgs {
  /** PROVISIONED: as many shards as `shardCount` says. ON_DEMAND: AWS adds and removes shards by itself. */
  readonly mode: StreamMode;
  /**
   * Number of shards, 1 to 10,000; each takes in 1 MB or 1,000 records a second and gives out 2 MB a second.
   * Needed in mode PROVISIONED and not allowed in mode ON_DEMAND.
   */
  readonly shardCount?: number | undefined;
  /** Hours for which a record can be read, 24 to 8,760. */
  readonly retentionHours: number;
  /** Encrypts records at rest. @default true */
  readonly encryptAtRest?: boolean;
  /** ARN of the KMS key that encrypts records. @default the AWS managed key alias/aws/kinesis */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Keeps the stream when it leaves the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/** Metrics per shard: they tell a hot shard from a stream that is too small. Each costs extra per shard. */
const shardLevelMetrics = [
  "IncomingBytes",
  "IncomingRecords",
  "IteratorAgeMilliseconds",
  "OutgoingBytes",
  "OutgoingRecords",
  "ReadProvisionedThroughputExceeded",
  "WriteProvisionedThroughputExceeded",
];

/**
 * A Kinesis data stream and the statements with which others read and write it.
 *
 * @example
 * const events = new EventStream("events", { mode: "PROVISIONED", shardCount: 2, retentionHours: 24 });
 * new ServiceRole("reader", { service: "firehose.amazonaws.com", statements: events.readStatements() });
 */
export class EventStream extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  readonly #kmsKeyArn: pulumi.Input<string> | undefined;
  readonly #region: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: EventStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:EventStream", name, args, opts);
    validate(name, args);

    const encryptAtRest = args.encryptAtRest ?? true;
    const protectData = args.protectData ?? false;
    const stream = new aws.kinesis.Stream(
      name,
      {
        streamModeDetails: { streamMode: args.mode },
        shardCount: args.shardCount,
        retentionPeriod: args.retentionHours,
        shardLevelMetrics,
        ...(encryptAtRest
          ? { encryptionType: "KMS", kmsKeyId: args.kmsKeyArn ?? "alias/aws/kinesis" }
          : { encryptionType: "NONE" }),
        // A consumer that was killed leaves its fan-out registration behind, which would block the deletion.
        enforceConsumerDeletion: true,
      },
      { parent: this, protect: protectData, retainOnDelete: protectData },
    );

    this.#kmsKeyArn = encryptAtRest ? args.kmsKeyArn : undefined;
    this.#region = aws.getRegionOutput({}, { parent: this }).region;
    this.name = stream.name;
    this.arn = stream.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /** What a consumer that polls needs: to find the shards, to get records and to use the key. */
  readStatements(): Statement[] {
    return [
      allow(
        [
          "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards",
        ],
        [this.arn],
      ),
      ...useKey(this.#kmsKeyArn, ["kms:Decrypt"], "kinesis", this.#region),
    ];
  }

  /** What a producer needs: to find the shards, to put records and to use the key. */
  writeStatements(): Statement[] {
    return [
      allow(
        [
          "kinesis:DescribeStreamSummary",
          "kinesis:ListShards",
          "kinesis:PutRecord",
          "kinesis:PutRecords",
        ],
        [this.arn],
      ),
      ...useKey(this.#kmsKeyArn, ["kms:GenerateDataKey"], "kinesis", this.#region),
    ];
  }
}

function validate(name: string, args: EventStreamArgs): void {
  const problems = new Problems();
  problems.oneOf("mode", args.mode, streamModes);
  problems.integer("retentionHours", args.retentionHours, limits.streamRetentionHours);
  if (args.mode === "ON_DEMAND") {
    problems.require(
      args.shardCount === undefined,
      `shardCount must be left out in mode ON_DEMAND, where AWS decides; got ${String(args.shardCount)}`,
    );
  } else if (args.shardCount === undefined) {
    problems.add("shardCount is missing; in mode PROVISIONED say how many shards to start with");
  } else {
    problems.integer("shardCount", args.shardCount, limits.shardCount);
  }
  problems.throwIfAny(`EventStream "${name}" has invalid arguments`);
}
