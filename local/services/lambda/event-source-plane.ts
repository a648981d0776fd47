import { appendFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";
import { Declared } from "../declared";
import { positionFile } from "../kinesis/position-file";
import { ShardReader, type StartingPoint } from "../kinesis/shard-reader";
import { bucketOf, type ObjectStore } from "../storage/object-store";
import { unknownOperators } from "./event-filter";
import { EventSource, type EventSourceSettings, type EventSourceStatus } from "./event-source";
import { functionName, type FunctionPlane } from "./function-plane";

export interface EventSourcePlaneOptions {
  readonly client: () => Promise<KinesisClient>;
  readonly store: Pick<ObjectStore, "put">;
  readonly functions: Pick<FunctionPlane, "invoke">;
  readonly folder: string;
  readonly logFile: (name: string) => string;
}

/** Event source mappings of Kinesis streams. A consumer with enhanced fan-out is read by polling here, too. */
export class EventSourcePlane implements DataPlane {
  readonly #options: EventSourcePlaneOptions;
  readonly #sources = new Map<string, EventSource>();

  constructor(options: EventSourcePlaneOptions) {
    this.#options = options;
  }

  get statuses(): readonly EventSourceStatus[] {
    return [...this.#sources.values()].map((source) => source.status);
  }

  async create(resource: DeclaredResource): Promise<Outputs> {
    const { settings, start, bucket, enabled } = settingsOf(resource);
    if (!enabled) return {};
    const { client, functions, store, logFile } = this.#options;
    const stream = settings.streamArn.replace(/^.*:stream\//, "");
    const log = logFile(functionName(settings.functionArn));
    const source = new EventSource({
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
      positions: positionFile(this.#positionFile(settings.id)),
    });
    await source.resume();
    this.#sources.set(settings.id, source);
    source.start();
    return {};
  }

  async update(resource: DeclaredResource): Promise<Outputs> {
    await this.#stop(idOf(resource));
    return this.create(resource);
  }

  async read(resource: DeclaredResource): Promise<Outputs> {
    return this.#sources.has(idOf(resource)) ? {} : this.create(resource);
  }

  async delete(resource: DeclaredResource): Promise<void> {
    const id = idOf(resource);
    await this.#stop(id);
    await rm(this.#positionFile(id), { force: true });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#sources.keys()].map((id) => this.#stop(id)));
  }

  async #stop(id: string): Promise<void> {
    const source = this.#sources.get(id);
    this.#sources.delete(id);
    await source?.stop();
  }

  #positionFile(id: string): string {
    return path.join(this.#options.folder, "event-sources", `${id}.json`);
  }
}

function idOf({ outputs }: DeclaredResource): string {
  return String(outputs["uuid"]);
}

/** @throws Error that lists everything that is declared but cannot be done locally. */
export function settingsOf(resource: DeclaredResource): {
  readonly settings: EventSourceSettings;
  readonly start: StartingPoint;
  readonly bucket: string | undefined;
  readonly enabled: boolean;
} {
  const inputs = Declared.inputsOf(resource);
  const problems: string[] = [];
  const source = inputs.string("eventSourceArn", "");
  const [, streamArn = ""] = /^(arn:[^:]+:kinesis:[^/]+\/[^/]+)/.exec(source) ?? [];
  if (streamArn === "") {
    problems.push(`only a Kinesis stream can be the source; got ${source || "none"}`);
  }
  const filters = inputs
    .block("filterCriteria")
    .blocks("filters")
    .map((filter) => JSON.parse(filter.string("pattern")) as unknown);
  for (const operator of filters.flatMap(unknownOperators)) {
    problems.push(`filter patterns cannot have ${operator} here`);
  }
  const onFailure = inputs.block("destinationConfig").block("onFailure");
  const destination = onFailure.string("destinationArn", "");
  if (destination !== "" && !/^arn:[^:]+:s3:/.test(destination)) {
    problems.push(`only a bucket can be the destination of failures; got ${destination}`);
  }
  if (problems.length > 0) throw inputs.refused(problems);
  const unlimited = (name: string): number => {
    const value = inputs.number(name, -1);
    return value === -1 ? Infinity : value;
  };
  const position = inputs.string("startingPosition");
  return {
    settings: {
      id: idOf(resource),
      functionArn: inputs.string("functionName"),
      streamArn,
      batchSize: inputs.number("batchSize", 100),
      batchMilliseconds: inputs.number("maximumBatchingWindowInSeconds", 0) * 1000,
      parallelization: inputs.number("parallelizationFactor", 1),
      bisects: inputs.boolean("bisectBatchOnFunctionError", false),
      retries: unlimited("maximumRetryAttempts"),
      maxAgeMilliseconds: unlimited("maximumRecordAgeInSeconds") * 1000,
      reportsFailures: inputs.strings("functionResponseTypes").includes("ReportBatchItemFailures"),
      windowMilliseconds: inputs.number("tumblingWindowInSeconds", 0) * 1000,
      filters,
    },
    start:
      position === "AT_TIMESTAMP"
        ? new Date(inputs.string("startingPositionTimestamp"))
        : position === "LATEST"
          ? "LATEST"
          : "TRIM_HORIZON",
    bucket: destination === "" ? undefined : bucketOf(destination),
    enabled: inputs.boolean("enabled", true),
  };
}
