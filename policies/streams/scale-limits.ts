import { isPresent } from "../engine/known";
import { judgedSoFar, resourcePolicy } from "../engine/policy";
import { flag, integer } from "../engine/setting-schema";
import { atMost, within } from "../engine/violation";
import { flinkConfiguration, flinkScale } from "../flink/flink-configuration";
import { isOnDemand, shardsOf } from "./stream-shards";
import { Target } from "@pulumi/aws/appautoscaling";
import { Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";

export const streamShardLimit = resourcePolicy("kinesis-stream-shard-limit", Stream, {
  severity: "high",
  rule: "Provision a stream's shards, and no more of them than the limit.",
  reason:
    "A shard is billed by the hour, used or not. A stream in on-demand mode adds shards automatically, so a limit holds only in provisioned mode.",
  fix: "Lower shardCount, or raise maxShards in the policy's configuration.",
  source: "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
  config: {
    maxShards: integer("Most shards of one stream.", 4, [1, 20_000]),
    allowOnDemand: flag(
      "Whether a stream may be in on-demand mode, which has no limit here.",
      false,
    ),
    maxWarmMiB: integer("Most warm throughput of one stream, in MiB per second.", 100, [0, 10_240]),
  },
  *check(stream, { maxShards, allowOnDemand, maxWarmMiB }) {
    const warm = stream.warmThroughputMibPs ?? 0;
    yield* atMost(warm, maxWarmMiB, `warmThroughputMibPs is ${warm}`, "MiB/s");
    const mode = stream.streamModeDetails?.streamMode ?? "PROVISIONED";
    if (mode === "ON_DEMAND" && allowOnDemand) {
      if (isPresent(stream.shardCount)) {
        yield {
          fact: `shardCount is ${stream.shardCount} in on-demand mode`,
          limit: "a stream in on-demand mode has no shardCount",
          fix: "Leave shardCount out: the service refuses a change of it.",
        };
      }
    } else if (mode !== "PROVISIONED") {
      yield {
        fact: `streamMode is ${mode}`,
        limit: "only PROVISIONED streams have a shard limit",
        fix: "Set streamMode to PROVISIONED and a shardCount, or allowOnDemand in the policy's configuration.",
      };
    } else if (!isPresent(stream.shardCount)) {
      yield {
        fact: "shardCount is not set",
        limit: `the limit is ${maxShards}`,
        fix: "Set shardCount.",
      };
    } else {
      yield* atMost(stream.shardCount, maxShards, `shardCount is ${stream.shardCount}`);
    }
  },
});

export const parallelismLimit = resourcePolicy("flink-application-parallelism-limit", Application, {
  severity: "high",
  rule: "State a Flink application's parallelism, within the limit.",
  reason:
    "Parallelism decides how many KPUs are billed. With configurationType DEFAULT the service ignores the configured parallelism and scales automatically.",
  fix: "Lower parallelism, or raise maxParallelism in the policy's configuration.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html",
  config: {
    maxParallelism: integer("Highest parallelism of one application.", 4, [1, 256]),
  },
  *check(application, { maxParallelism }) {
    const scaling = flinkConfiguration(application)?.parallelismConfiguration;
    if (scaling?.configurationType !== "CUSTOM") {
      yield {
        fact: `parallelismConfiguration.configurationType is ${scaling?.configurationType ?? "not set"}`,
        limit: "only CUSTOM makes the parallelism count",
        fix: "Set configurationType to CUSTOM and a parallelism.",
      };
    } else if (!((scaling.parallelism ?? Infinity) <= maxParallelism)) {
      yield {
        fact: `parallelism is ${scaling.parallelism ?? "not set"}`,
        limit: `the limit is ${maxParallelism}`,
      };
    }
  },
});

export const flinkKpuLimit = resourcePolicy("flink-application-kpu-limit", Application, {
  severity: "high",
  rule: "Keep the Kinesis Processing Units (KPUs) of a Flink application within the limit, and its automatic scaling off.",
  reason:
    "A KPU is billed by the hour, and one more for orchestration. Automatic scaling adds KPUs up to the account's quota.",
  fix: "Lower parallelism, raise parallelismPerKpu, or raise maxKpus in the policy's configuration.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/how-resources.html",
  config: {
    maxKpus: integer(
      "Most KPUs of one application, the one for orchestration included.",
      5,
      [2, 257],
    ),
    allowAutoScaling: flag(
      "Whether the service may scale an application automatically, beyond this limit.",
      false,
    ),
  },
  *check(application, { maxKpus, allowAutoScaling }) {
    const { parallelism, perKpu, kpus, autoScaling } = flinkScale(application);
    if (autoScaling !== false && !allowAutoScaling) {
      yield {
        fact: `autoScalingEnabled is ${autoScaling ?? "not set in a CUSTOM parallelismConfiguration"}`,
        limit: "only false keeps the number of KPUs",
        fix: "Set configurationType to CUSTOM and autoScalingEnabled to false, or allowAutoScaling in the policy's configuration.",
      };
    }
    yield* atMost(
      kpus,
      maxKpus,
      `parallelism ${parallelism} at ${perKpu} per KPU takes ${kpus} KPUs, the one for orchestration included`,
    );
  },
});

export const subtasksPerKpu = resourcePolicy("flink-application-parallelism-per-kpu", Application, {
  rule: "Keep the number of subtasks on one KPU within the limits.",
  reason:
    "A KPU has one processor and 4 GB of memory: with too many subtasks they wait for each other and share a heap that is too small.",
  fix: "Set parallelismPerKpu within the limits, or change minPerKpu or maxPerKpu in the policy's configuration.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/how-resources.html",
  config: {
    minPerKpu: integer("Fewest subtasks on one KPU.", 1, [1, 8]),
    maxPerKpu: integer("Most subtasks on one KPU.", 4, [1, 8]),
  },
  *check(application, { minPerKpu, maxPerKpu }) {
    const { perKpu } = flinkScale(application);
    yield* within(perKpu, [minPerKpu, maxPerKpu], `parallelismPerKpu is ${perKpu}`);
  },
});

export const targetLimit = resourcePolicy("autoscaling-custom-target-capacity-limit", Target, {
  severity: "high",
  rule: "Keep the maximum of a custom scalable target within the limit.",
  reason:
    "Application Auto Scaling drives shards or Flink parallelism through a custom target: its maximum, not the number in the program, is what a stream or an application can grow to.",
  fix: "Lower maxCapacity, or raise maxCapacity in the policy's configuration.",
  source:
    "https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-custom.html",
  config: {
    maxCapacity: integer(
      "Highest maximum of one target, in shards or parallelism.",
      4,
      [1, 20_000],
    ),
  },
  *check(target, { maxCapacity }) {
    // Targets of other services count something else.
    if (target.serviceNamespace === "custom-resource") {
      yield* atMost(target.maxCapacity, maxCapacity, `maxCapacity is ${target.maxCapacity}`);
    }
  },
});

export const shardQuota = resourcePolicy("kinesis-shard-quota", Stream, {
  severity: "high",
  isStackWide: true,
  rule: "Keep the shards of all streams together, and the number of streams in on-demand mode, within the account's quotas.",
  reason:
    "An update that goes over a quota fails half-way; other stacks of the account live on the same quota.",
  fix: "Lower the shard counts, have the quota raised, or change the policy's configuration.",
  source: "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
  config: {
    maxShards: integer(
      "Most shards of all streams. The quota is 20,000 in us-east-1, us-west-2 and eu-west-1, and less elsewhere.",
      1000,
      [1],
    ),
    maxOnDemandStreams: integer("Most streams in on-demand mode. The quota is 50.", 50, [0]),
  },
  *check(stream, { maxShards, maxOnDemandStreams }) {
    const streams = judgedSoFar(Stream);
    if (isOnDemand(stream)) {
      const count = streams.filter(isOnDemand).length;
      const fact = `the streams declared so far are ${count} in on-demand mode`;
      yield* atMost(count, maxOnDemandStreams, fact);
    } else {
      const shards = streams
        .filter((one) => !isOnDemand(one))
        .reduce((sum, one) => sum + shardsOf(one), 0);
      const fact = `the streams declared so far have ${shards} shards, this one ${shardsOf(stream)}`;
      yield* atMost(shards, maxShards, fact);
    }
  },
});

export const kpuQuota = resourcePolicy("flink-kpu-quota", Application, {
  severity: "high",
  isStackWide: true,
  rule: "Keep the Kinesis Processing Units (KPUs) of all Flink applications together within the account's quota.",
  reason: "Beyond the quota an application does not start, or does not scale when it has to.",
  fix: "Lower parallelism, raise parallelismPerKpu, have the quota raised, or change maxKpus in the policy's configuration.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/limits.html",
  config: {
    maxKpus: integer("Most KPUs of all applications, those for orchestration included.", 64, [2]),
  },
  check(application, { maxKpus }) {
    const { kpus } = flinkScale(application);
    const sum = judgedSoFar(Application).reduce((all, one) => all + flinkScale(one).kpus, 0);
    const fact = `the applications declared so far take ${sum} KPUs, this one ${kpus}`;
    return atMost(sum, maxKpus, fact);
  },
});
