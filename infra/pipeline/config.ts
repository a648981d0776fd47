import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { readFileSync } from "node:fs";
import path from "node:path";
import { quantities } from "../../capacity/load";
import { sizesFor } from "../../capacity/sizing";
import { ConfigReader, type ConfigSource, stackSource } from "../core/config-reader";
import { logRetentionDays, policyArn } from "../core/limits";
import { nameForm, prefixLength, projectName, stackName } from "../core/names";
import {
  type ArchiveChoices,
  checkArchive,
  type DeliveryConfig,
  readArchive,
  readDelivery,
} from "../delivery/config";
import { checkFlink, checkMaxParallelism, type FlinkConfig, readFlink } from "../flink/config";
import { type FunctionConfig, readFunction } from "../function/config";
import { checkIngestion, type IngestionConfig, readIngestion } from "../ingestion/config";
import type { RepositorySource } from "../job-delivery/args";
import { readJobDelivery } from "../job-delivery/config";
import { type MonitoringConfig, readMonitoring } from "../monitoring/config";
import { checkNetwork, type NetworkConfig, readNetwork, subnetCount } from "../network/config";
import { checkQueries, type QueriesConfig, readQueries } from "../query/config";
import { checkReplay, readReplay, type ReplayConfig } from "../replay/config";
import { checkScaling, readScaling, type ScalingConfig } from "../scaling/config";
import { checkSearch, readSearch, type SearchConfig } from "../search/config";
import {
  checkStream,
  readResults,
  readStream,
  type ResultsConfig,
  type StreamConfig,
} from "../stream/config";
import { checkJob, columnsOf, type JobConfig, readJob } from "./workload";

/** Everything in which stacks differ, checked. Pulumi.yaml describes each key. */
export interface StackConfig {
  /** Base of the names that the program gives: the project's name, and the stack's or what stands for it. */
  readonly name: string;
  /** ARN of the policy that bounds every role. */
  readonly permissionsBoundaryArn?: string | undefined;
  readonly protectData: boolean;
  readonly logRetentionDays: number;
  readonly encryption: {
    readonly encryptAtRest: boolean;
    readonly customerManagedKey: boolean;
  };
  readonly network: NetworkConfig;
  readonly stream: StreamConfig;
  readonly job: JobConfig;
  readonly flink: FlinkConfig;
  readonly search: SearchConfig;
  readonly delivery: DeliveryConfig;
  readonly archive: ArchiveChoices;
  /** Queries of the archive, where there are any. */
  readonly queries: QueriesConfig | undefined;
  /** Firehose indexes events as they are, too. */
  readonly searchEvents: boolean;
  /** The stream of results of a workload that has one. */
  readonly results: ResultsConfig | undefined;
  /** A function that reads the event stream; undefined without a handler. */
  readonly function: FunctionConfig | undefined;
  readonly replay: ReplayConfig;
  /** Undefined where events come by PutRecords alone. */
  readonly ingestion?: IngestionConfig | undefined;
  readonly scaling: ScalingConfig;
  readonly monitoring: MonitoringConfig;
  /** Where new code of the job comes from; undefined where the program brings it. */
  readonly jobDelivery: RepositorySource | undefined;
}

/** Folder of Pulumi.yaml, to which the path of a workload is relative. */
export const projectRoot = path.resolve(__dirname, "../..");

/**
 * Reads the configuration of the stack. Defaults live in Pulumi.yaml alone, from where the engine supplies them.
 * @throws Error that lists every unknown, missing and invalid key
 */
export function loadConfig(config: ConfigSource = stackSource()): StackConfig {
  const read = new ConfigReader(config);

  read.replace(readThroughput(read));
  const job = readJob(read, projectRoot);
  const stream = readStream(read);
  const scaling = readScaling(read);
  const stack = {
    name: `${pulumi.getProject()}-${read.optionalForm("name", nameForm) ?? pulumi.getStack()}`,
    permissionsBoundaryArn: read.optionalForm("permissionsBoundaryArn", policyArn),
    protectData: read.boolean("protectData"),
    logRetentionDays: read.choice("logRetentionDays", logRetentionDays),
    encryption: {
      encryptAtRest: read.boolean("encryptAtRest"),
      customerManagedKey: read.boolean("customerManagedKey"),
    },
    network: readNetwork(read),
    stream,
    job,
    flink: readFlink(read),
    search: readSearch(read),
    delivery: readDelivery(read),
    archive: readArchive(read),
    queries: readQueries(read),
    searchEvents: read.boolean("searchEvents"),
    results: readResults(job?.workload.outputs.includes("results") ?? false, stream.mode, read),
    function: readFunction(read, projectRoot, stream.retentionHours),
    replay: readReplay(read),
    ingestion: readIngestion(scaling.stream?.max ?? stream.shardCount, read),
    scaling,
    monitoring: readMonitoring(read),
    jobDelivery: readJobDelivery(read),
  };

  read.rejectUnknownKeys(Object.keys(declaredKeys()));
  checkRelations(stack, read);
  // Generated names begin with project and stack, by `pulumi:autonaming`; components have names of their own.
  const isComponent = config.name === "";
  const prefix = `${pulumi.getProject()}-${pulumi.getStack()}`;
  if (!isComponent) read.problems.matches("The name of the stack", pulumi.getStack(), stackName);
  read.problems.require(
    prefix.length <= prefixLength || isComponent,
    `The names of project and stack must have at most ${prefixLength} characters together, with a hyphen; got ${prefix} (${prefix.length}). Shorten one of them`,
  );
  read.problems.throwIfAny(
    isComponent
      ? "The pipeline has invalid arguments"
      : "The configuration of this stack is invalid; correct it with `pulumi config set <key> <value>`",
  );
  // A workload that could not be read is among the problems.
  return stack as StackConfig;
}

/** Configuration key as Pulumi.yaml declares it. */
export interface DeclaredKey {
  readonly type: "string" | "integer" | "boolean" | "array";
  readonly items?: { readonly type: string };
  readonly description: string;
  readonly default: string | number | boolean | readonly string[];
}

/** Keys that Pulumi.yaml declares, those that only another workload names included. */
export function declaredKeys(): Readonly<Record<string, DeclaredKey>> {
  const project = load(readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8"));
  const { config } = project as { readonly config: Readonly<Record<string, DeclaredKey>> };
  return Object.fromEntries(Object.entries(config).filter(([key]) => !key.includes(":")));
}

/** What each key allows alone and all of them do not together. */
function checkRelations(
  stack: Omit<StackConfig, "job"> & { readonly job: JobConfig | undefined },
  read: ConfigReader,
): void {
  const { network, stream, flink, scaling, job, archive, encryption } = stack;
  read.problems.matches("name in Pulumi.yaml", pulumi.getProject(), projectName);
  checkNetwork(network, new pulumi.Config("aws").get("region"), read);
  checkSearch(stack.search, subnetCount(network), encryption.encryptAtRest, read);
  checkReplay(stack.replay, job?.workload, network, read);
  checkStream(stream, encryption, read);
  if (job !== undefined) {
    checkJob(job, stream.fanOut, archive, read);
    if (stack.ingestion !== undefined) checkIngestion(job.workload, read);
  }
  checkFlink(flink, encryption.customerManagedKey, stream.retentionHours, read);
  const { application } = scaling;
  if (application !== undefined) checkMaxParallelism(flink, application.max, read);
  checkArchive(stack.delivery, archive, read);
  if (stack.queries !== undefined && job !== undefined) {
    checkQueries(stack.queries, archive, columnsOf(job.workload, archive), read);
  }
  checkScaling(scaling, stream.mode, flink.parallelismPerKpu, read);
}

const { recordsPerSecond: rates, recordBytes: sizes, peak: peaks } = quantities;

/**
 * Sizes of stream and application for the throughput of a stack, by the same reckoning as `npm run capacity`.
 *
 * @returns what stands in place of the counts that are configured, by key; nothing without a throughput
 */
function readThroughput(read: ConfigReader): Readonly<Record<string, number>> {
  const recordsPerSecond = read.integer("throughputRecordsPerSecond", { min: 0, max: rates.max });
  const recordBytes = read.integer("throughputRecordBytes", sizes);
  const peak = read.integer("throughputPeak", peaks);
  // Not `=== 0`: what could not be read is NaN here and has its complaint already.
  if (!(recordsPerSecond > 0 && recordBytes > 0 && peak > 0)) return {};

  const { stream, application, pipelines } = sizesFor({ recordsPerSecond, recordBytes, peak });
  read.problems.require(
    pipelines === 1,
    `${read.name("throughputRecordsPerSecond")} ${recordsPerSecond} of ${recordBytes} bytes needs ${pipelines} pipelines: one stack cannot carry it. Give each of ${pipelines} stacks its share`,
  );
  const { shardCount, averageShardCount, maxShardCount: streamMaxShards } = stream;
  const { parallelism, parallelismPerKpu } = application;
  // Scaling needs some way to go, also where one is enough.
  const flinkMaxParallelism = Math.max(2 * parallelismPerKpu, parallelism);
  return {
    shardCount,
    streamMaxShards,
    streamMinShards: Math.min(averageShardCount, streamMaxShards - 1),
    flinkParallelism: parallelism,
    flinkParallelismPerKpu: parallelismPerKpu,
    flinkMinParallelism: parallelismPerKpu,
    flinkMaxParallelism,
  };
}
