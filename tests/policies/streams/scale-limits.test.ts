import fc from "fast-check";
import {
  flinkKpuLimit,
  parallelismLimit,
  targetLimit,
  streamShardLimit,
} from "../../../policies/streams/scale-limits";
import { change, unknownNumber, unknownObject } from "../../support/policy";
import { expectAccepted, expectRefused, expectUnknown } from "../expectations";
import {
  application,
  applicationConfiguration,
  parallelism,
  scalingTarget,
  stream,
} from "../fixtures";

const count = fc.integer({ min: 1, max: 300 });

function applicationWith(changes: Readonly<Record<string, unknown>>) {
  return change(application, {
    applicationConfiguration: {
      ...applicationConfiguration,
      flinkApplicationConfiguration: { parallelismConfiguration: { ...parallelism, ...changes } },
    },
  });
}

const applicationWithoutBlock = change(application, {
  applicationConfiguration: { ...applicationConfiguration, flinkApplicationConfiguration: {} },
});

describe("kinesis-stream-shard-limit", () => {
  it("accepts one shard less than the limit and the limit itself", async () => {
    await expectAccepted(streamShardLimit, change(stream, { shardCount: 3 }));
    await expectAccepted(streamShardLimit, change(stream, { shardCount: 4 }));
  });

  it("refuses one shard more than the limit", async () => {
    await expectRefused(
      streamShardLimit,
      change(stream, { shardCount: 5 }),
      "shardCount is 5; the limit is 4",
    );
  });

  it("refuses exactly the numbers above a configured limit", async () => {
    await fc.assert(
      fc.asyncProperty(count, count, async (shardCount, maxShards) => {
        const judged = change(stream, { shardCount });
        await (shardCount > maxShards
          ? expectRefused(streamShardLimit, judged, `shardCount is ${shardCount}`, { maxShards })
          : expectAccepted(streamShardLimit, judged, { maxShards }));
      }),
    );
  });

  it("refuses a provisioned stream that does not say how many shards it has", async () => {
    await expectRefused(
      streamShardLimit,
      change(stream, { shardCount: undefined }),
      "shardCount is not set",
    );
  });

  it("refuses a number that is none", async () => {
    await expectRefused(streamShardLimit, change(stream, { shardCount: Number.NaN }), "NaN");
  });

  it("refuses on-demand mode, in which no limit holds, unless it is allowed", async () => {
    const onDemand = change(stream, {
      shardCount: undefined,
      streamModeDetails: { streamMode: "ON_DEMAND" },
    });
    await expectRefused(streamShardLimit, onDemand, "streamMode is ON_DEMAND");
    await expectAccepted(streamShardLimit, onDemand, { allowOnDemand: true });
  });

  it("judges the shards of a stream that states mode PROVISIONED", async () => {
    const provisioned = { streamModeDetails: { streamMode: "PROVISIONED" } };
    await expectAccepted(streamShardLimit, change(stream, provisioned));
    await expectRefused(
      streamShardLimit,
      change(stream, { ...provisioned, shardCount: 5 }),
      "shardCount is 5",
      { allowOnDemand: true },
    );
  });

  it("refuses a mode it does not know", async () => {
    const other = change(stream, { streamModeDetails: { streamMode: "SERVERLESS" } });
    await expectRefused(streamShardLimit, other, "streamMode is SERVERLESS", {
      allowOnDemand: true,
    });
  });

  it("says in a preview that it cannot judge an unknown number", async () => {
    await expectUnknown(
      streamShardLimit,
      change(stream, { shardCount: unknownNumber }),
      "shardCount",
    );
  });
});

describe("flink-application-parallelism-limit", () => {
  it("accepts a parallelism below and at the limit", async () => {
    await expectAccepted(parallelismLimit, applicationWith({ parallelism: 3 }));
    await expectAccepted(parallelismLimit, applicationWith({ parallelism: 4 }));
  });

  it("refuses a parallelism above the limit", async () => {
    await expectRefused(
      parallelismLimit,
      applicationWith({ parallelism: 5 }),
      "parallelism is 5; the limit is 4",
    );
  });

  it("refuses an application that leaves the parallelism to the service", async () => {
    await expectRefused(
      parallelismLimit,
      applicationWith({ configurationType: "DEFAULT" }),
      "configurationType is DEFAULT",
    );
    await expectRefused(parallelismLimit, applicationWithoutBlock, "is not set");
    await expectRefused(
      parallelismLimit,
      change(application, { applicationConfiguration: undefined }),
      "is not set",
    );
    await expectRefused(
      parallelismLimit,
      applicationWith({ parallelism: undefined }),
      "parallelism is not set",
    );
  });

  it("says in a preview that it cannot judge an unknown configuration", async () => {
    await expectUnknown(
      parallelismLimit,
      change(application, { applicationConfiguration: unknownObject }),
      "applicationConfiguration",
    );
  });
});

describe("flink-application-kpu-limit", () => {
  it("counts the KPU for orchestration", async () => {
    await expectAccepted(flinkKpuLimit, applicationWith({ parallelism: 3 }));
    await expectAccepted(flinkKpuLimit, applicationWith({ parallelism: 4 }));
    await expectRefused(
      flinkKpuLimit,
      applicationWith({ parallelism: 5 }),
      "parallelism 5 at 1 per KPU takes 6 KPUs",
    );
  });

  it("rounds up to whole KPUs", async () => {
    await expectAccepted(flinkKpuLimit, applicationWith({ parallelism: 8, parallelismPerKpu: 2 }));
    await expectRefused(
      flinkKpuLimit,
      applicationWith({ parallelism: 9, parallelismPerKpu: 2 }),
      "takes 6 KPUs",
    );
  });

  it("refuses exactly the applications that need more KPUs than configured", async () => {
    const perKpu = fc.integer({ min: 1, max: 8 });
    const maximum = fc.integer({ min: 2, max: 64 });
    await fc.assert(
      fc.asyncProperty(count, perKpu, maximum, async (tasks, parallelismPerKpu, maxKpus) => {
        const judged = applicationWith({ parallelism: tasks, parallelismPerKpu });
        // Without division: the KPUs left for tasks hold fewer of them than there are.
        await (tasks > (maxKpus - 1) * parallelismPerKpu
          ? expectRefused(flinkKpuLimit, judged, "takes", { maxKpus })
          : expectAccepted(flinkKpuLimit, judged, { maxKpus }));
      }),
    );
  });

  it("refuses automatic scaling unless it is allowed", async () => {
    for (const autoScalingEnabled of [true, undefined]) {
      const scaled = applicationWith({ autoScalingEnabled });
      await expectRefused(flinkKpuLimit, scaled, "autoScalingEnabled is");
      await expectAccepted(flinkKpuLimit, scaled, { allowAutoScaling: true });
    }
  });

  it("knows that the service ignores a block that is not CUSTOM, and scales by itself", async () => {
    await expectRefused(
      flinkKpuLimit,
      applicationWith({ configurationType: "DEFAULT" }),
      "autoScalingEnabled is not set",
    );
    await expectRefused(flinkKpuLimit, applicationWithoutBlock, "autoScalingEnabled is not set");
  });
});

describe("autoscaling-custom-target-capacity-limit", () => {
  it("refuses exactly the maxima above the limit", async () => {
    await expectAccepted(targetLimit, change(scalingTarget, { maxCapacity: 3 }));
    await expectAccepted(targetLimit, change(scalingTarget, { maxCapacity: 4 }));
    await expectRefused(
      targetLimit,
      change(scalingTarget, { maxCapacity: 5 }),
      "maxCapacity is 5; the limit is 4",
    );
  });

  it("leaves targets of other services alone", async () => {
    await expectAccepted(
      targetLimit,
      change(scalingTarget, { serviceNamespace: "dynamodb", maxCapacity: 1000 }),
    );
  });
});
