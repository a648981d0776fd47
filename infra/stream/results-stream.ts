import * as pulumi from "@pulumi/pulumi";
import type { DeliveryStreamArgs } from "../delivery/args";
import { DeliveryStream } from "../delivery/delivery-stream";
import { EventStream, type EventStreamArgs } from "./event-stream";
import type { Statement } from "../core/iam";

export interface ResultsStreamArgs extends Pick<
  EventStreamArgs,
  "mode" | "shardCount" | "retentionHours" | "encryptAtRest"
> {
  /** How results are archived as gzipped JSON lines by hour of arrival. @default they are not */
  readonly archive?:
    Pick<DeliveryStreamArgs, "bufferMiB" | "bufferSeconds" | "expirationDays"> | undefined;
  /** Days for which the archive's delivery log is kept, one of those CloudWatch Logs offers. */
  readonly logRetentionDays: number;
  /** Bucket that takes the archive's access log. @default none is kept */
  readonly logBucketName?: pulumi.Input<string> | undefined;
  /** ARN of the KMS key that encrypts stream, archive and log. @default the services' own keys */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /** Keeps stream and archive when they leave the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

/**
 * The Kinesis data stream that a job writes its results to, for consumers that want each one as it comes, and their
 * archive if there is to be one.
 *
 * @example
 * const results = new ResultsStream("results", {
 *   mode: "PROVISIONED",
 *   shardCount: 1,
 *   retentionHours: 24,
 *   logRetentionDays: 30,
 * });
 */
export class ResultsStream extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Name of the archive's bucket, where there is an archive. */
  readonly archiveBucketName: pulumi.Output<string> | undefined;
  /** Name of the delivery stream of the archive, where there is one. */
  readonly deliveryName: pulumi.Output<string> | undefined;

  readonly #stream: EventStream;

  /** @throws Error that lists every invalid argument of stream or archive. */
  constructor(name: string, args: ResultsStreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ResultsStream", name, args, opts);

    const { archive, mode, shardCount, retentionHours, encryptAtRest = true, ...common } = args;
    this.#stream = new EventStream(
      name,
      {
        mode,
        shardCount,
        retentionHours,
        encryptAtRest,
        kmsKeyArn: args.kmsKeyArn,
        protectData: args.protectData ?? false,
      },
      { parent: this },
    );
    const delivery =
      archive &&
      new DeliveryStream(
        `${name}-archive`,
        {
          ...archive,
          ...common,
          source: { streamArn: this.#stream.arn, statements: this.#stream.readStatements() },
        },
        { parent: this },
      );

    this.name = this.#stream.name;
    this.arn = this.#stream.arn;
    this.archiveBucketName = delivery?.bucketName;
    this.deliveryName = delivery?.name;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /** What the job needs to write results. */
  writeStatements(): Statement[] {
    return this.#stream.writeStatements();
  }

  /** What a consumer of results needs. */
  readStatements(): Statement[] {
    return this.#stream.readStatements();
  }
}
