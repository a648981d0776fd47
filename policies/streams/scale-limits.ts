import { isPresent } from "../engine/known";
import { judgedSoFar, resourcePolicy } from "../engine/policy";
import { atMost, within } from "../engine/violation";
import { flinkConfiguration, flinkScale } from "../flink/flink-configuration";
import { isOnDemand, shardsOf } from "./stream-shards";
import { Target } from "@pulumi/aws/appautoscaling";
import { Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";

export const streamShardLimit = resourcePolicy("kinesis-stream-shard-limit", Stream, {
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
      const limit = `the limit is ${maxShards}`;
      yield { fact: "shardCount is not set", limit, fix: "Set shardCount." };
    } else {
      yield* atMost(stream.shardCount, maxShards, `shardCount is ${stream.shardCount}`);
    }
  },
});

export const parallelismLimit = resourcePolicy("flink-application-parallelism-limit", Application, {
  *check(application, { maxParallelism }) {
    const scaling = flinkConfiguration(application)?.parallelismConfiguration;
    if (scaling?.configurationType !== "CUSTOM") {
      yield {
        fact: `parallelismConfiguration.configurationType is ${scaling?.configurationType ?? "not set"}`,
        fix: "Set configurationType to CUSTOM and a parallelism.",
      };
    } else {
      const fact = `parallelism is ${scaling.parallelism ?? "not set"}`;
      yield* atMost(scaling.parallelism ?? Infinity, maxParallelism, fact);
    }
  },
});

export const flinkKpuLimit = resourcePolicy("flink-application-kpu-limit", Application, {
  *check(application, { maxKpus, allowAutoScaling }) {
    const { parallelism, perKpu, kpus, autoScaling } = flinkScale(application);
    if (autoScaling !== false && !allowAutoScaling) {
      yield {
        fact: `autoScalingEnabled is ${autoScaling ?? "not set in a CUSTOM parallelismConfiguration"}`,
        fix: "Set configurationType to CUSTOM and autoScalingEnabled to false, or allowAutoScaling in the policy's configuration.",
      };
    }
    const fact = `parallelism ${parallelism} at ${perKpu} per KPU takes ${kpus} KPUs, the one for orchestration included`;
    yield* atMost(kpus, maxKpus, fact);
  },
});

export const subtasksPerKpu = resourcePolicy("flink-application-parallelism-per-kpu", Application, {
  *check(application, { minPerKpu, maxPerKpu }) {
    const { perKpu } = flinkScale(application);
    yield* within(perKpu, [minPerKpu, maxPerKpu], `parallelismPerKpu is ${perKpu}`);
  },
});

export const targetLimit = resourcePolicy("autoscaling-custom-target-capacity-limit", Target, {
  *check(target, { maxCapacity }) {
    // Targets of other services count something else.
    if (target.serviceNamespace === "custom-resource") {
      yield* atMost(target.maxCapacity, maxCapacity, `maxCapacity is ${target.maxCapacity}`);
    }
  },
});

export const shardQuota = resourcePolicy("kinesis-shard-quota", Stream, {
  isStackWide: true,
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
  isStackWide: true,
  check(application, { maxKpus }) {
    const { kpus } = flinkScale(application);
    const sum = judgedSoFar(Application).reduce((all, one) => all + flinkScale(one).kpus, 0);
    const fact = `the applications declared so far take ${sum} KPUs, this one ${kpus}`;
    return atMost(sum, maxKpus, fact);
  },
});
