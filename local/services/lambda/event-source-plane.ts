import { appendFile, mkdir } from "node:fs/promises";
import path from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { lambda } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { refused, type DeclaredResource } from "../../provider/data-plane";
import { ShardReader, type StartingPoint } from "../kinesis/shard-reader";
import type { Positions } from "../kinesis/stream-worker";
import { WorkerPlane } from "../kinesis/worker-plane";
import { bucketOf, type ObjectStore } from "../storage/object-store";
import { unknownOperators } from "./event-filter";
import { EventSource, type EventSourceSettings } from "./event-source";
import { functionName, type FunctionPlane } from "./function-plane";

export interface EventSourcePlaneOptions {
  readonly client: () => Promise<KinesisClient>;
  readonly store: Pick<ObjectStore, "put">;
  readonly functions: Pick<FunctionPlane, "invoke">;
  readonly folder: string;
  readonly logFile: (name: string) => string;
}

/** Event source mappings of Kinesis streams. A consumer with enhanced fan-out is read by polling here, too. */
export class EventSourcePlane extends WorkerPlane<EventSource> {
  readonly #options: EventSourcePlaneOptions;

  constructor(options: EventSourcePlaneOptions) {
    super(path.join(options.folder, "event-sources"));
    this.#options = options;
  }

  protected override idOf({ outputs }: DeclaredResource): string {
    return String(outputs["uuid"]);
  }

  protected override async worker(
    resource: DeclaredResource,
    positions: Positions,
  ): Promise<EventSource | undefined> {
    const { settings, start, bucket, enabled } = settingsOf(resource);
    if (!enabled) return undefined;
    const { client, functions, store, logFile } = this.#options;
    const stream = settings.streamArn.replace(/^.*:stream\//, "");
    const log = logFile(functionName(settings.functionArn));
    return new EventSource({
      settings,
      reader: new ShardReader(await client(), stream, start),
      invoke: (functionArn, payload) => functions.invoke(functionArn, payload),
      keep: async (key, document) => {
        const content = Buffer.from(JSON.stringify(document));
        const outcome =
          bucket === undefined
            ? "are lost: there is no destination for failures"
            : await store.put(bucket, key, content).then(
                () => `are in bucket ${bucket}: ${key}`,
                (error: unknown) => `are lost: ${String(error)}`,
              );
        await mkdir(path.dirname(log), { recursive: true });
        await appendFile(log, `Records that the function failed on ${outcome}\n`);
      },
      positions,
    });
  }
}

/** @throws Error that lists everything that is declared but cannot be done locally. */
export function settingsOf(resource: DeclaredResource): {
  readonly settings: EventSourceSettings;
  readonly start: StartingPoint;
  readonly bucket: string | undefined;
  readonly enabled: boolean;
} {
  const inputs = resource.inputs as Unwrap<lambda.EventSourceMappingArgs>;
  const problems: string[] = [];
  const source = inputs.eventSourceArn ?? "none";
  const [, streamArn = ""] = /^(arn:[^:]+:kinesis:[^/]+\/[^/]+)/.exec(source) ?? [];
  if (streamArn === "") problems.push(`only a Kinesis stream can be the source; got ${source}`);
  const filters = (inputs.filterCriteria?.filters ?? []).map(
    ({ pattern = "" }) => JSON.parse(pattern) as unknown,
  );
  for (const operator of filters.flatMap(unknownOperators)) {
    problems.push(`filter patterns cannot have ${operator} here`);
  }
  const destination = inputs.destinationConfig?.onFailure?.destinationArn;
  if (destination !== undefined && !/^arn:[^:]+:s3:/.test(destination)) {
    problems.push(`only a bucket can be the destination of failures; got ${destination}`);
  }
  if (problems.length > 0) throw refused(resource, problems);
  const limit = (value = -1): number => (value === -1 ? Infinity : value);
  const { startingPosition, startingPositionTimestamp = "" } = inputs;
  return {
    settings: {
      id: String(resource.outputs["uuid"]),
      functionArn: inputs.functionName,
      streamArn,
      batchSize: inputs.batchSize ?? 100,
      batchMilliseconds: (inputs.maximumBatchingWindowInSeconds ?? 0) * 1000,
      parallelization: inputs.parallelizationFactor ?? 1,
      bisects: inputs.bisectBatchOnFunctionError ?? false,
      retries: limit(inputs.maximumRetryAttempts),
      maxAgeMilliseconds: limit(inputs.maximumRecordAgeInSeconds) * 1000,
      reportsFailures: inputs.functionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
      windowMilliseconds: (inputs.tumblingWindowInSeconds ?? 0) * 1000,
      filters,
    },
    start:
      startingPosition === "AT_TIMESTAMP"
        ? new Date(startingPositionTimestamp)
        : startingPosition === "LATEST"
          ? "LATEST"
          : "TRIM_HORIZON",
    bucket: destination && bucketOf(destination),
    enabled: inputs.enabled ?? true,
  };
}
