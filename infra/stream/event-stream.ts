import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keptChild } from "../core/component";
import { actions, allow, grantTo, policyDocument, type Statement, useKey } from "../core/iam";
import {
  limits,
  roleArn,
  type ShardLevelMetric,
  shardLevelMetrics,
  streamConsumerName,
  type StreamMode,
  streamModes,
} from "../core/limits";
import { refuseLargeSteps } from "./shard-steps";
import { type Naming, ownName, Problems } from "../core/validate";

export interface EventStreamArgs {
  /** PROVISIONED: as many shards as `shardCount` says. ON_DEMAND: AWS adds and removes shards automatically. */
  readonly mode: StreamMode;
  /**
   * Number of shards, 1 to 10,000; each takes in 1 MB or 1,000 records a second and gives out 2 MB a second. An update
   * at most doubles and at least halves it; more is refused with the steps to take.
   * Needed in mode PROVISIONED and not allowed in mode ON_DEMAND.
   */
  readonly shardCount?: number | undefined;
  /** Leaves the number of shards, after the first deployment, to a scaler outside the program. @default false */
  readonly scaledElsewhere?: boolean;
  /** Hours for which a record can be read, 24 to 8,760. */
  readonly retentionHours: number;
  /** KiB of the largest record that is taken, 1,024 to 10,240. @default what Kinesis takes, 1,024 */
  readonly maxRecordSizeKiB?: number | undefined;
  /**
   * MiB a second that an ON_DEMAND stream is ready to take immediately, 1 to 10,240. The account must have committed itself
   * to a minimum throughput. @default what the service has warmed up automatically
   */
  readonly warmThroughputMiBps?: number | undefined;
  /** Metrics for each shard: they tell a hot shard from a stream that is too small, and cost extra. @default all */
  readonly shardLevelMetrics?: readonly ShardLevelMetric[];
  /** Names of consumers with enhanced fan-out, at most 20, of 2 MB/s per shard each. @default none: readers poll */
  readonly fanOutConsumers?: readonly string[];
  /**
   * ARNs of roles, such as those of other accounts, that put records, at most 50. They must exist, and the policy of
   * `kmsKeyArn` must allow them to use the key: `EncryptionKey` has the same argument. @default none
   */
  readonly producerRoleArns?: readonly string[] | undefined;
  /** ARNs of roles, such as those of other accounts, that read, at most 50, on the same conditions. @default none */
  readonly readerRoleArns?: readonly string[] | undefined;
  /**
   * Names of further consumers with enhanced fan-out, for `readerRoleArns` alone: a consumer has one reader per shard, and
   * a second one would take the place of the first. At most 20 together with `fanOutConsumers`. @default none: they poll
   */
  readonly readerConsumers?: readonly string[] | undefined;
  /** Encrypts records at rest. @default true */
  readonly encryptAtRest?: boolean;
  /** ARN of the KMS key that encrypts records. @default the AWS managed key alias/aws/kinesis */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Keeps the stream when it leaves the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

// Also what a policy of the stream may allow: https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
const readActions = actions({
  kinesis: "DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards",
});
const writeActions = actions({ kinesis: "DescribeStreamSummary ListShards PutRecord PutRecords" });

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
  /** ARNs of the consumers with enhanced fan-out, by name. */
  readonly consumerArns: Readonly<Record<string, pulumi.Output<string>>>;

  readonly #fanOutConsumers: readonly string[];
  readonly #kmsKeyArn: pulumi.Input<string> | undefined;
  readonly #region: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: EventStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:EventStream", name, args, opts);
    validate(name, args);

    const encryptAtRest = args.encryptAtRest ?? true;
    // With ON_DEMAND there is nothing to ignore, and an ignored shardCount would keep a stream from that mode.
    const ignoreShardCount = args.mode === "PROVISIONED" && args.scaledElsewhere === true;
    const stream = new aws.kinesis.Stream(
      name,
      {
        streamModeDetails: { streamMode: args.mode },
        shardCount: args.shardCount,
        retentionPeriod: args.retentionHours,
        maxRecordSizeInKib: args.maxRecordSizeKiB,
        warmThroughputMibPs: args.warmThroughputMiBps,
        shardLevelMetrics: [...(args.shardLevelMetrics ?? shardLevelMetrics)],
        ...(encryptAtRest
          ? { encryptionType: "KMS", kmsKeyId: args.kmsKeyArn ?? "alias/aws/kinesis" }
          : { encryptionType: "NONE" }),
        // A consumer that was killed leaves its fan-out registration behind, which would block the deletion.
        enforceConsumerDeletion: true,
      },
      {
        ...keptChild(this, args.protectData),
        ...(ignoreShardCount && { ignoreChanges: ["shardCount"] }),
        hooks: refuseLargeSteps(name),
      },
    );
    const { fanOutConsumers = [], readerConsumers = [] } = args;
    const { producerRoleArns = [], readerRoleArns = [] } = args;
    this.consumerArns = Object.fromEntries(
      [...fanOutConsumers, ...readerConsumers].map((consumer) => [
        consumer,
        new aws.kinesis.StreamConsumer(
          `${name}-${consumer}`,
          { name: consumer, streamArn: stream.arn },
          { parent: this },
        ).arn,
      ]),
    );

    this.#share(name, stream.arn, [
      ...grantTo(producerRoleArns, [allow(writeActions, [stream.arn])]),
      ...grantTo(readerRoleArns, [allow(readActions, [stream.arn])]),
    ]);
    for (const consumer of readerConsumers) {
      const subscribe = this.fanOutStatements([consumer]);
      const arn = this.consumerArns[consumer] ?? "";
      this.#share(`${name}-${consumer}`, arn, grantTo(readerRoleArns, subscribe));
    }

    this.#fanOutConsumers = fanOutConsumers;
    this.#kmsKeyArn = encryptAtRest ? args.kmsKeyArn : undefined;
    this.#region = aws.getRegionOutput({}, { parent: this }).region;
    this.name = stream.name;
    this.arn = stream.arn;
    this.registerOutputs({ name: this.name, arn: this.arn, consumerArns: this.consumerArns });
  }

  /** Attaches a policy to stream or consumer, where it grants something. */
  #share(name: string, resourceArn: pulumi.Input<string>, statements: readonly Statement[]): void {
    if (statements.length === 0) return;
    const policy = policyDocument(statements);
    new aws.kinesis.ResourcePolicy(name, { resourceArn, policy }, { parent: this });
  }

  /** What a consumer that polls needs: to find the shards, to get records and to use the key. */
  readStatements(): Statement[] {
    return [
      allow(readActions, [this.arn]),
      ...useKey(this.#kmsKeyArn, ["kms:Decrypt"], "kinesis", this.#region),
    ];
  }

  /**
   * Permissions of fan-out consumers beyond `readStatements`; they cannot register or remove themselves.
   * @param consumers - names of those that there are; @default all but `readerConsumers`
   */
  fanOutStatements(consumers: readonly string[] = this.#fanOutConsumers): Statement[] {
    const arns = consumers.flatMap((consumer) => this.consumerArns[consumer] ?? []);
    if (arns.length === 0) return [];
    return [allow(["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"], arns)];
  }

  /** What a producer needs: to find the shards, to put records and to use the key. */
  writeStatements(): Statement[] {
    return [
      allow(writeActions, [this.arn]),
      ...useKey(this.#kmsKeyArn, ["kms:GenerateDataKey"], "kinesis", this.#region),
    ];
  }
}

/** Only a stream that AWS scales is kept warm. */
export function checkWarmThroughput(
  { mode, warmThroughputMiBps }: Pick<EventStreamArgs, "mode" | "warmThroughputMiBps">,
  problems: Problems,
  name: Naming<"mode" | "warmThroughputMiBps"> = ownName,
): void {
  problems.require(
    mode === "ON_DEMAND" || warmThroughputMiBps === undefined,
    `${name("warmThroughputMiBps")} must not be set with ${name("mode")} PROVISIONED, where the shard count is the throughput; got ${String(warmThroughputMiBps)}`,
  );
}

type Sharing = Pick<EventStreamArgs, "producerRoleArns" | "readerRoleArns" | "readerConsumers">;

/** Roles of other accounts cannot use the AWS managed key: https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html */
export function checkSharing(
  args: Sharing & { readonly encryptAtRest?: boolean; readonly kmsKeyArn?: unknown },
  problems: Problems,
  name: Naming<keyof Sharing | "kmsKeyArn"> = ownName,
): void {
  const { producerRoleArns = [], readerRoleArns = [], readerConsumers = [] } = args;
  const { encryptAtRest = true, kmsKeyArn } = args;
  const roles = [...producerRoleArns, ...readerRoleArns];
  problems.require(
    roles.length === 0 || !encryptAtRest || Boolean(kmsKeyArn),
    `${name("producerRoleArns")} and ${name("readerRoleArns")} must be empty with the AWS managed key, which other accounts cannot use; got ${roles.join(", ")}. Set ${name("kmsKeyArn")}`,
  );
  problems.require(
    readerConsumers.length === 0 || readerRoleArns.length > 0,
    `${name("readerConsumers")} must be empty without ${name("readerRoleArns")}; got ${readerConsumers.join(", ")}`,
  );
}

function validate(name: string, args: EventStreamArgs): void {
  const problems = new Problems();
  const { fanOutConsumers = [], readerConsumers = [] } = args;
  problems.check(args, {
    mode: streamModes,
    retentionHours: limits.streamRetentionHours,
    maxRecordSizeKiB: limits.streamRecordKiB,
    warmThroughputMiBps: limits.streamWarmMiBps,
    shardLevelMetrics,
    producerRoleArns: roleArn,
    readerRoleArns: roleArn,
  });
  checkWarmThroughput(args, problems);
  if (args.mode === "ON_DEMAND") {
    problems.require(
      args.shardCount === undefined,
      `shardCount must be left out in mode ON_DEMAND, where AWS decides; got ${String(args.shardCount)}`,
    );
    problems.require(
      args.scaledElsewhere !== true,
      "scaledElsewhere must be left out in mode ON_DEMAND, where AWS scales the stream",
    );
  } else if (args.shardCount === undefined) {
    problems.add("shardCount is missing; in mode PROVISIONED say how many shards to start with");
  } else {
    problems.integer("shardCount", args.shardCount, limits.shardCount);
  }
  const consumers = [...fanOutConsumers, ...readerConsumers];
  const consumerNames =
    readerConsumers.length > 0 ? "fanOutConsumers and readerConsumers" : "fanOutConsumers";
  problems.distinct(consumerNames, consumers, limits.streamConsumers);
  for (const consumer of consumers) {
    problems.matches(consumerNames, consumer, streamConsumerName);
  }
  for (const key of ["producerRoleArns", "readerRoleArns"] as const) {
    problems.distinct(key, args[key] ?? [], limits.streamRoles);
  }
  checkSharing(args, problems);
  problems.throwIfAny(`EventStream "${name}" has invalid arguments`);
}
