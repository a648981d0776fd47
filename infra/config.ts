import * as pulumi from "@pulumi/pulumi";
import schema from "../flink-job/src/main/resources/runtime-properties.schema.json";
import { ConfigReader } from "./config-reader";
import {
  dedicatedMasterCounts,
  limits,
  logRetentionDays,
  natGatewayStrategies,
  type NatGatewayStrategy,
  replayInstanceType,
  searchDomainName,
  searchInstanceType,
  type StreamMode,
  streamModes,
} from "./limits";
import type { JobProperties } from "./runtime-properties.generated";
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
  readonly network: {
    readonly cidr: string;
    readonly availabilityZones: readonly string[];
    readonly natGateways: NatGatewayStrategy;
    readonly interfaceEndpoints: boolean;
  };
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
  readonly search: {
    readonly domainName: string;
    readonly instanceType: string;
    readonly instanceCount: number;
    readonly volumeGiB: number;
    readonly dedicatedMasters: number;
    readonly dedicatedMasterType: string;
  };
  readonly delivery: {
    readonly bufferMiB: number;
    readonly bufferSeconds: number;
    readonly expirationDays: number;
  };
  readonly replay: { readonly instanceType: string };
}

const { demand, airports } = schema.properties;

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
    network: {
      cidr: read.cidr("vpcCidr", limits.vpcPrefixLength),
      availabilityZones: read.strings("availabilityZones", limits.availabilityZones),
      natGateways: read.oneOf("natGateways", natGatewayStrategies),
      interfaceEndpoints: read.boolean("interfaceEndpoints"),
    },
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
    search: {
      domainName: `streaming-${pulumi.getStack()}`,
      instanceType: read.form("searchInstanceType", searchInstanceType),
      instanceCount: read.integer("searchInstanceCount", limits.searchInstanceCount),
      volumeGiB: read.integer("searchVolumeGiB", limits.searchVolumeGiB),
      dedicatedMasters: read.choice("searchDedicatedMasters", dedicatedMasterCounts),
      dedicatedMasterType: read.form("searchDedicatedMasterType", searchInstanceType),
    },
    delivery: {
      bufferMiB: read.integer("deliveryBufferMiB", limits.deliveryBufferMiB),
      bufferSeconds: read.integer("deliveryBufferSeconds", limits.deliveryBufferSeconds),
      expirationDays: read.integer("archiveExpirationDays", limits.archiveExpirationDays),
    },
    replay: { instanceType: read.form("replayInstanceType", replayInstanceType) },
  };

  read.rejectUnknownKeys();
  checkRelations(stack, read, problems);
  problems.throwIfAny(
    "The configuration of this stack is invalid; correct it with `pulumi config set <key> <value>`",
  );
  return stack;
}

/** Range of a number in the job's own contract. */
function range({ minimum, maximum }: { minimum: number; maximum: number }): Range {
  return { min: minimum, max: maximum };
}

function checkRelations(stack: StackConfig, read: ConfigReader, problems: Problems): void {
  const { network, demand: windows, search } = stack;

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

  // Not `!== 0`: what could not be read is NaN here and has its complaint already.
  problems.require(
    !(windows.windowMinutes % windows.slideMinutes > 0),
    `${read.name("demandWindowMinutes")} must be a multiple of ${read.name("demandSlideMinutes")}, ${windows.slideMinutes}; got ${windows.windowMinutes}`,
  );

  problems.require(
    searchDomainName.pattern.test(search.domainName),
    `The name of the stack makes the name of the search domain, which must be ${searchDomainName.description}; got "${search.domainName}". Choose another name for the stack`,
  );
}
