import * as pulumi from "@pulumi/pulumi";
import schema from "../flink-job/src/main/resources/runtime-properties.schema.json";
import { checkScaling, readScaling, type ScalingConfig } from "./autoscaling-config";
import { ConfigReader } from "./config-reader";
import { type ArchiveChoices, archiveFormats } from "./delivery-workloads";
import {
  dedicatedMasterCounts,
  inputUrl,
  limits,
  logRetentionDays,
  natGatewayStrategies,
  replayInstanceType,
  roleArn,
  searchDomainName,
  searchInstanceType,
  type SearchWarmInstanceType,
  searchWarmInstanceTypes,
  sshPublicKey,
  type StreamMode,
  streamModes,
  subnetIdentifier,
  vpcIdentifier,
} from "./limits";
import { type MonitoringConfig, readMonitoring } from "./monitoring-config";
import type { ExistingNetwork, NewNetwork } from "./network-arguments";
import type { JobProperties } from "./runtime-properties.generated";
import { searchTopologyProblems } from "./search-arguments";
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
  readonly network:
    Omit<NewNetwork, "logRetentionDays" | "kmsKeyArn"> | { readonly existing: ExistingNetwork };
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
  readonly search: {
    readonly domainName: string;
    readonly instanceType: string;
    readonly instanceCount: number;
    readonly volumeGiB: number;
    readonly dedicatedMasters: number;
    readonly dedicatedMasterType: string;
    readonly standby: boolean;
    readonly warm?: {
      readonly instanceType: SearchWarmInstanceType;
      readonly instanceCount: number;
    };
    readonly createServiceLinkedRole: boolean;
    readonly readerRoleArns: readonly string[];
  };
  readonly delivery: {
    readonly bufferMiB: number;
    readonly bufferSeconds: number;
    readonly expirationDays: number;
    readonly keepSource: boolean;
  };
  readonly archive: ArchiveChoices;
  readonly replay: {
    readonly instanceType: string;
    readonly start?: { readonly input: string; readonly speedup: number };
    readonly ssh?: { readonly publicKey: string; readonly clientCidr: string };
  };
  readonly scaling: ScalingConfig;
  readonly monitoring: MonitoringConfig;
}

const { demand, airports, source } = schema.properties;

/**
 * Reads the configuration of the stack. Defaults live in Pulumi.yaml alone, from where the engine supplies them.
 * @throws Error that lists every unknown, missing and wrong key at once
 */
export function loadConfig(config: pulumi.Config = new pulumi.Config()): StackConfig {
  const problems = new Problems();
  const read = new ConfigReader(config, problems);

  const mode = read.oneOf("streamMode", streamModes);
  const shardCount = read.integer("shardCount", limits.shardCount);
  const stack: StackConfig = {
    workload: read.oneOf("workload", ["taxi"]),
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
    search: readSearch(read),
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

function readNetwork(read: ConfigReader): StackConfig["network"] {
  const vpcId = read.optionalForm("vpcId", vpcIdentifier);
  const own = {
    cidr: read.cidr("vpcCidr", limits.vpcPrefixLength),
    availabilityZones: read.strings("availabilityZones", limits.availabilityZones),
    natGateways: read.oneOf("natGateways", natGatewayStrategies),
    interfaceEndpoints: read.boolean("interfaceEndpoints"),
  };
  const subnets = { min: vpcId === undefined ? 0 : 1, max: limits.availabilityZones.max };
  const privateSubnetIds = read.forms("privateSubnetIds", subnets, subnetIdentifier);
  const publicSubnetIds = read.forms("publicSubnetIds", { ...subnets, min: 0 }, subnetIdentifier);
  return vpcId === undefined ? own : { existing: { vpcId, privateSubnetIds, publicSubnetIds } };
}

function readSearch(read: ConfigReader): StackConfig["search"] {
  const warmCount = read.integer("searchWarmCount", { ...limits.searchWarmCount, min: 0 });
  const warmType = read.oneOf("searchWarmType", searchWarmInstanceTypes);
  return {
    domainName: `streaming-${pulumi.getStack()}`,
    instanceType: read.form("searchInstanceType", searchInstanceType),
    instanceCount: read.integer("searchInstanceCount", limits.searchInstanceCount),
    volumeGiB: read.integer("searchVolumeGiB", limits.searchVolumeGiB),
    dedicatedMasters: read.choice("searchDedicatedMasters", dedicatedMasterCounts),
    dedicatedMasterType: read.form("searchDedicatedMasterType", searchInstanceType),
    standby: read.boolean("searchStandby"),
    ...(warmCount > 0 && { warm: { instanceType: warmType, instanceCount: warmCount } }),
    createServiceLinkedRole: read.boolean("createSearchServiceLinkedRole"),
    readerRoleArns: read.forms("searchReaderRoleArns", limits.searchReaders, roleArn),
  };
}

function readReplay(read: ConfigReader, problems: Problems): StackConfig["replay"] {
  const input = read.optionalForm("replayInput", inputUrl);
  const speedup = read.integer("replaySpeedup", limits.replaySpeedup);
  const publicKey = read.optionalForm("replaySshPublicKey", sshPublicKey);
  const clientCidr = read.optionalCidr("replaySshCidr", limits.sshClientPrefixLength);
  problems.require(
    (publicKey === undefined) === (clientCidr === undefined),
    `${read.name("replaySshPublicKey")} and ${read.name("replaySshCidr")} go together: who may come, and from where; one of them is empty`,
  );
  return {
    instanceType: read.form("replayInstanceType", replayInstanceType),
    ...(input !== undefined && { start: { input, speedup } }),
    ...(publicKey !== undefined && clientCidr !== undefined && { ssh: { publicKey, clientCidr } }),
  };
}

/** Range of a number in the job's own contract. */
function range({ minimum, maximum }: { minimum: number; maximum: number }): Range {
  return { min: minimum, max: maximum };
}

function checkRelations(stack: StackConfig, read: ConfigReader, problems: Problems): void {
  const { network, demand: windows, search } = stack;

  if ("existing" in network) {
    problems.require(
      stack.replay.ssh === undefined || (network.existing.publicSubnetIds ?? []).length > 0,
      `${read.name("replaySshPublicKey")} needs a public subnet; name one in ${read.name("publicSubnetIds")}`,
    );
  } else checkZones(network, read, problems);

  // Not `!== 0`: what could not be read is NaN here and has its complaint already.
  problems.require(
    !(windows.windowMinutes % windows.slideMinutes > 0),
    `${read.name("demandWindowMinutes")} must be a multiple of ${read.name("demandSlideMinutes")}, ${windows.slideMinutes}; got ${windows.windowMinutes}`,
  );

  const zones =
    "existing" in network ? network.existing.privateSubnetIds : network.availabilityZones;
  const topology = { ...search, vpc: { vpcId: "", subnetIds: [], subnetCount: zones.length } };
  for (const problem of searchTopologyProblems(topology)) problems.add(`Search domain: ${problem}`);

  checkArchive(stack, read, problems);
  checkScaling(stack.scaling, stack.stream.mode, stack.flink.parallelismPerKpu, read, problems);

  problems.require(
    searchDomainName.pattern.test(search.domainName),
    `The name of the stack makes the name of the search domain, which must be ${searchDomainName.description}; got "${search.domainName}". Choose another name for the stack`,
  );
}

/** Subnets of a new network lie in zones of the region, and their hosts reach the services of AWS. */
function checkZones(
  network: Extract<StackConfig["network"], { readonly cidr: string }>,
  read: ConfigReader,
  problems: Problems,
): void {
  const region = new pulumi.Config("aws").get("region");
  const strangers = network.availabilityZones.filter(
    (zone) => region !== undefined && !zone.startsWith(region),
  );
  problems.require(
    strangers.length === 0,
    `${read.name("availabilityZones")} must lie in aws:region, ${String(region)}; got ${strangers.join(", ")}`,
  );
  problems.require(
    network.natGateways !== "None" || network.interfaceEndpoints,
    `${read.name("natGateways")} None cuts private subnets off from AWS; set ${read.name("interfaceEndpoints")} to true or choose Single`,
  );
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
