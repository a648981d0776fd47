import * as pulumi from "@pulumi/pulumi";
import schema from "../flink-job/src/main/resources/runtime-properties.schema.json";
import { checkScaling, readScaling, type ScalingConfig } from "./autoscaling-config";
import { ConfigReader } from "./config-reader";
import { type ArchiveChoices, archiveFormats, type Workload } from "./delivery-workloads";
import { limits, logRetentionDays, type StreamMode, streamModes } from "./limits";
import { type MonitoringConfig, readMonitoring } from "./monitoring-config";
import { checkNetwork, type NetworkConfig, readNetwork, subnetCount } from "./network-config";
import { checkReplay, readReplay, type ReplayConfig } from "./replay-config";
import type { JobProperties } from "./runtime-properties.generated";
import { checkSearch, readSearch, type SearchConfig } from "./search-config";
import { Problems, type Range } from "./validate";

/** Everything in which stacks differ, checked. Pulumi.yaml describes each key. */
export interface StackConfig {
  readonly workload: JobProperties["workload"];
  readonly protectData: boolean;
  readonly logRetentionDays: number;
  readonly encryption: {
    readonly encryptAtRest: boolean;
    readonly customerManagedKey: boolean;
  };
  readonly network: NetworkConfig;
  readonly stream: {
    readonly mode: StreamMode;
    /** Undefined where AWS decides. */
    readonly shardCount: number | undefined;
    readonly retentionHours: number;
  };
  readonly flink: {
    readonly parallelism: number;
    readonly parallelismPerKpu: number;
    readonly checkpointIntervalSeconds: number;
  };
  readonly demand: {
    readonly windowMinutes: number;
    readonly slideMinutes: number;
    readonly geohashPrecision: number;
  };
  readonly airports: { readonly windowMinutes: number };
  /** How far behind the newest record of its shard, in event time, producer and job expect a record. */
  readonly outOfOrdernessSeconds: number;
  readonly search: SearchConfig;
  readonly delivery: {
    readonly bufferMiB: number;
    readonly bufferSeconds: number;
    readonly expirationDays: number;
    readonly keepSource: boolean;
  };
  readonly archive: ArchiveChoices;
  /** The stream of results of a workload that has one. */
  readonly results?: ResultsConfig;
  readonly replay: ReplayConfig;
  readonly scaling: ScalingConfig;
  readonly monitoring: MonitoringConfig;
}

/** A stream of results: shards where the stack provisions them, and whether S3 keeps them. */
interface ResultsConfig {
  readonly shardCount: number | undefined;
  readonly archived: boolean;
}

const { job, demand, airports, source } = schema.properties;

/** The workloads that the job can compute. */
const workloads = job.properties.workload.enum as [
  JobProperties["workload"],
  ...JobProperties["workload"][],
];

/**
 * Reads the configuration of the stack. Defaults live in Pulumi.yaml alone, from where the engine supplies them.
 * @throws Error that lists every unknown, missing and wrong key at once
 */
export function loadConfig(config: pulumi.Config = new pulumi.Config()): StackConfig {
  const problems = new Problems();
  const read = new ConfigReader(config, problems);

  const workload = read.oneOf("workload", workloads);
  const mode = read.oneOf("streamMode", streamModes);
  const shardCount = read.integer("shardCount", limits.shardCount);
  const stack: StackConfig = {
    workload,
    protectData: read.boolean("protectData"),
    logRetentionDays: read.choice("logRetentionDays", logRetentionDays),
    encryption: {
      encryptAtRest: read.boolean("encryptAtRest"),
      customerManagedKey: read.boolean("customerManagedKey"),
    },
    network: readNetwork(read),
    stream: {
      mode,
      shardCount: mode === "PROVISIONED" ? shardCount : undefined,
      retentionHours: read.integer("streamRetentionHours", limits.streamRetentionHours),
    },
    flink: {
      parallelism: read.integer("flinkParallelism", limits.flinkParallelism),
      parallelismPerKpu: read.integer("flinkParallelismPerKpu", limits.flinkParallelismPerKpu),
      checkpointIntervalSeconds: read.integer(
        "checkpointIntervalSeconds",
        limits.checkpointIntervalSeconds,
      ),
    },
    demand: {
      windowMinutes: read.integer("demandWindowMinutes", range(demand.properties.windowMinutes)),
      slideMinutes: read.integer("demandSlideMinutes", range(demand.properties.slideMinutes)),
      geohashPrecision: read.integer("geohashPrecision", range(demand.properties.geohashPrecision)),
    },
    airports: {
      windowMinutes: read.integer("airportWindowMinutes", range(airports.properties.windowMinutes)),
    },
    outOfOrdernessSeconds: read.integer(
      "outOfOrdernessSeconds",
      range(source.properties.outOfOrdernessSeconds),
    ),
    search: readSearch(read, pulumi.getStack()),
    delivery: {
      bufferMiB: read.integer("deliveryBufferMiB", limits.deliveryBufferMiB),
      bufferSeconds: read.integer("deliveryBufferSeconds", limits.deliveryBufferSeconds),
      expirationDays: read.integer("archiveExpirationDays", limits.archiveExpirationDays),
      keepSource: read.boolean("archiveKeepSource"),
    },
    archive: {
      format: read.oneOf("archiveFormat", archiveFormats),
      partitioned: read.boolean("archivePartitioned"),
      databaseName: `streaming_${pulumi.getStack().replaceAll("-", "_").toLowerCase()}`,
    },
    ...readResults(workload, mode, read),
    replay: readReplay(read, problems),
    scaling: readScaling(read, problems),
    monitoring: readMonitoring(read),
  };

  read.rejectUnknownKeys();
  checkRelations(stack, read, problems);
  problems.throwIfAny(
    "The configuration of this stack is invalid; correct it with `pulumi config set <key> <value>`",
  );
  return stack;
}

function readResults(
  workload: Workload,
  mode: StreamMode,
  read: ConfigReader,
): Pick<StackConfig, "results"> {
  const shardCount = read.integer("resultsShardCount", limits.shardCount);
  const archived = read.boolean("resultsArchived");
  return workload === "trades"
    ? { results: { shardCount: mode === "PROVISIONED" ? shardCount : undefined, archived } }
    : {};
}

/** Range of a number in the job's own contract. */
function range({ minimum, maximum }: { minimum: number; maximum: number }): Range {
  return { min: minimum, max: maximum };
}

function checkRelations(stack: StackConfig, read: ConfigReader, problems: Problems): void {
  const { network, demand: windows, search, replay } = stack;

  const region = new pulumi.Config("aws").get("region");
  checkNetwork(network, region, read, problems);
  checkSearch(search, subnetCount(network), problems);
  checkReplay(replay, network, read, problems);

  // Not `!== 0`: what could not be read is NaN here and has its complaint already.
  problems.require(
    !(windows.windowMinutes % windows.slideMinutes > 0),
    `${read.name("demandWindowMinutes")} must be a multiple of ${read.name("demandSlideMinutes")}, ${windows.slideMinutes}; got ${windows.windowMinutes}`,
  );

  checkArchive(stack, read, problems);
  checkScaling(stack.scaling, stack.stream.mode, stack.flink.parallelismPerKpu, read, problems);
}

/** Firehose collects more before it writes columns or sorts into folders. */
function checkArchive({ delivery, archive }: StackConfig, read: ConfigReader, problems: Problems) {
  const reason = [
    ...(archive.format === "PARQUET" ? [`${read.name("archiveFormat")} PARQUET`] : []),
    ...(archive.partitioned ? [`${read.name("archivePartitioned")} true`] : []),
  ].join(" and ");
  const { min } = limits.deliveryLargeBufferMiB;
  problems.require(
    reason === "" || !(delivery.bufferMiB < min),
    `${read.name("deliveryBufferMiB")} must be at least ${min} with ${reason}; got ${delivery.bufferMiB}`,
  );
  const { min: seconds } = limits.deliveryPartitionSeconds;
  problems.require(
    !archive.partitioned || !(delivery.bufferSeconds < seconds),
    `${read.name("deliveryBufferSeconds")} must be at least ${seconds} with ${read.name("archivePartitioned")} true; got ${delivery.bufferSeconds}`,
  );
}
