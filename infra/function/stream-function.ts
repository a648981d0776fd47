import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentInputs } from "../core/component";
import { allow, type Statement, useKey } from "../core/iam";
import { limits } from "../core/limits";
import { NodeFunction, type NodeFunctionArgs } from "../core/node-function";
import { bucketArgs, PrivateBucket, type PrivateBucketArgs } from "../core/private-bucket";
import { type Naming, ownName, Problems } from "../core/validate";
import type { DeliverySource } from "../delivery/args";

/** A Kinesis data stream, read by polling or by a consumer with enhanced fan-out. */
export interface FunctionSource extends DeliverySource {
  /**
   * ARN of a consumer of the stream, such as one of `EventStream.consumerArns`, whose permissions are among the
   * statements. @default the function polls and shares 2 MB a second of each shard with the other readers
   */
  readonly consumerArn?: pulumi.Input<string> | undefined;
}

/** How records become invocations: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
export interface FunctionBatching {
  /** Records of an invocation at most, 1 to 10,000; 6 MB at most in all. @default 100 */
  readonly batchSize?: number | undefined;
  /** Seconds for which records of an incomplete batch are collected, 0 to 300. @default 0 */
  readonly batchSeconds?: number | undefined;
  /** Batches of a shard at a time, 1 to 10, those of a partition key one after the other; 1 with windows. @default 1 */
  readonly parallelization?: number | undefined;
  /** Times that a batch is tried again that failed, 0 to 10,000; halving it does not count. @default 3 */
  readonly retries?: number | undefined;
  /** Seconds after which a record is not tried any more, 60 to 604,800. @default 43,200, half of the shortest retention */
  readonly maxAgeSeconds?: number | undefined;
  /**
   * Seconds of a tumbling window, 0 to 900, by time of arrival: the function returns a `state` that the next invocation
   * of the window gets. @default 0: no windows
   */
  readonly windowSeconds?: number | undefined;
  /**
   * Patterns of records that the function gets, JSON of the form `{"data": …}`, at most ten; others are skipped, as is
   * what is no JSON. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html @default every record
   */
  readonly filters?: readonly string[] | undefined;
  /** Where a new function begins: with the oldest record, with what comes from then on, or at a time. @default TRIM_HORIZON */
  readonly startingPosition?: (typeof startingPositions)[number] | undefined;
  /** Arrival time at which AT_TIMESTAMP begins, such as 2026-03-01T18:00:00Z. @default none */
  readonly startingTimestamp?: string | undefined;
}

export interface StreamFunctionArgs
  extends
    FunctionBatching,
    Omit<NodeFunctionArgs, "description" | "role">,
    Pick<PrivateBucketArgs, "expirationDays" | "logBucketName" | "protectData"> {
  readonly source: FunctionSource;
  /** A delivery stream of direct puts, whose name the function finds in `process.env.DELIVERY_STREAM`. @default none */
  readonly delivery?:
    { readonly name: pulumi.Input<string>; readonly statements: readonly Statement[] } | undefined;
}

export const startingPositions = ["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"] as const;

/**
 * A Lambda function that reads a Kinesis data stream, shard by shard in order. A batch that fails is halved until the
 * record at fault is alone, and tried again; `batchItemFailures` in the answer names the first record that failed. What
 * is given up goes to a bucket, with the records, under aws/lambda/, and the function goes on behind it.
 *
 * @example
 * new StreamFunction("counter", {
 *   entryPath: path.join(__dirname, "handler.ts"),
 *   source: { streamArn: events.arn, statements: events.readStatements() },
 *   logRetentionDays: 30,
 * });
 */
export class StreamFunction extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Id of the event source mapping, by which its metrics are found. */
  readonly mappingId: pulumi.Output<string>;
  /** The bucket of what was given up. */
  readonly failuresBucketName: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument, or what keeps the code from being bundled. */
  constructor(name: string, args: StreamFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "streaming:infra:StreamFunction",
      name,
      componentInputs(args, "entryPath", "constants"),
      opts,
    );
    validate(name, args);

    const { source, delivery, kmsKeyArn } = args;
    const child = { parent: this };
    const { region } = aws.getRegionOutput({}, child);
    const failures = new PrivateBucket(`${name}-failures`, bucketArgs(args), child);
    const environment = {
      ...args.environment,
      ...(delivery && { DELIVERY_STREAM: delivery.name }),
    };
    const lambda = new NodeFunction(
      name,
      {
        description: "Reads a stream",
        entryPath: args.entryPath,
        constants: args.constants,
        memoryMiB: args.memoryMiB,
        timeoutSeconds: args.timeoutSeconds ?? 60,
        reservedConcurrency: args.reservedConcurrency,
        ...(Object.keys(environment).length > 0 && { environment }),
        statements: [
          ...source.statements,
          ...(delivery?.statements ?? []),
          // https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
          allow(["s3:PutObject"], [pulumi.interpolate`${failures.arn}/aws/lambda/*`]),
          allow(["s3:ListBucket"], [failures.arn]),
          ...useKey(kmsKeyArn, ["kms:GenerateDataKey"], "s3", region),
          ...(args.statements ?? []),
        ],
        vpc: args.vpc,
        logRetentionDays: args.logRetentionDays,
        kmsKeyArn,
      },
      child,
    );
    const { windowSeconds = 0 } = args;
    const { startingPosition = "TRIM_HORIZON", startingTimestamp, filters = [] } = args;
    const mapping = new aws.lambda.EventSourceMapping(
      name,
      {
        eventSourceArn: source.consumerArn ?? source.streamArn,
        functionName: lambda.arn,
        startingPosition,
        ...(startingTimestamp !== undefined && { startingPositionTimestamp: startingTimestamp }),
        batchSize: args.batchSize ?? 100,
        maximumBatchingWindowInSeconds: args.batchSeconds ?? 0,
        parallelizationFactor: args.parallelization ?? 1,
        maximumRetryAttempts: args.retries ?? 3,
        maximumRecordAgeInSeconds: args.maxAgeSeconds ?? 43_200,
        ...(windowSeconds > 0 && { tumblingWindowInSeconds: windowSeconds }),
        ...(filters.length > 0 && {
          filterCriteria: { filters: filters.map((pattern) => ({ pattern })) },
        }),
        bisectBatchOnFunctionError: true,
        functionResponseTypes: ["ReportBatchItemFailures"],
        // A queue or a topic gets the sequence numbers alone, a bucket the records as well.
        destinationConfig: {
          onFailure: {
            destinationArn: pulumi.all([failures.arn, failures.bucketName]).apply(([arn]) => arn),
          },
        },
        metricsConfig: { metrics: ["EventCount"] },
      },
      child,
    );

    this.name = lambda.name;
    this.arn = lambda.arn;
    this.mappingId = mapping.uuid;
    this.failuresBucketName = failures.bucketName;
    this.registerOutputs({ name: this.name, arn: this.arn, mappingId: this.mappingId });
  }
}

/** Patterns that the service takes: of the data of a record, which is all that can be filtered by. */
export function checkFilters(filters: readonly string[], name: string, problems: Problems): void {
  for (const filter of filters) {
    problems.require(
      isFilter(filter),
      `${name} must be JSON of the form {"data": {"field": ["value"]}}; got ${filter}`,
    );
  }
}

/** Windows have one state per shard, so that their batches follow each other. */
export function checkWindows(
  { windowSeconds = 0, parallelization = 1 }: FunctionBatching,
  problems: Problems,
  name: Naming<"windowSeconds" | "parallelization"> = ownName,
): void {
  problems.require(
    !(windowSeconds > 0 && parallelization > 1),
    `${name("parallelization")} must be 1 with ${name("windowSeconds")}; got ${parallelization}`,
  );
}

function isFilter(filter: string): boolean {
  try {
    const pattern = JSON.parse(filter) as { readonly data?: unknown } | null;
    const { data, ...others } = pattern ?? {};
    return data instanceof Object && Object.keys(others).length === 0;
  } catch {
    return false;
  }
}

function validate(name: string, args: StreamFunctionArgs): void {
  const problems = new Problems();
  problems.check(args, {
    batchSize: limits.functionBatchSize,
    batchSeconds: limits.functionBatchSeconds,
    parallelization: limits.functionParallelization,
    retries: limits.functionRetries,
    maxAgeSeconds: limits.functionMaxAgeSeconds,
    windowSeconds: limits.functionWindowSeconds,
  });
  const { filters = [], startingPosition = "TRIM_HORIZON", startingTimestamp } = args;
  problems.integer("The number of filters", filters.length, limits.functionFilters);
  checkFilters(filters, "filters", problems);
  checkWindows(args, problems);
  problems.oneOf("startingPosition", startingPosition, startingPositions);
  problems.require(
    (startingPosition === "AT_TIMESTAMP") === (startingTimestamp !== undefined),
    `startingPosition AT_TIMESTAMP and startingTimestamp go together; got ${startingPosition} and "${startingTimestamp ?? ""}"`,
  );
  problems.require(
    startingTimestamp === undefined || !Number.isNaN(Date.parse(startingTimestamp)),
    `startingTimestamp must be a time in ISO 8601, such as 2026-03-01T18:00:00Z; got "${startingTimestamp ?? ""}"`,
  );
  problems.throwIfAny(`StreamFunction "${name}" has invalid arguments`);
}
