import { Stream, StreamConsumer } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { Instance } from "@pulumi/aws/ec2";
import { expect } from "chai";
import fc from "fast-check";
import { monthlyBudget } from "../../policies/cost/budget";
import { idleSubtasks, streamConsumers } from "../../policies/streams/consumers";
import { kpuQuota, shardQuota } from "../../policies/streams/scale-limits";
import {
  evaluateEach,
  evaluateStack,
  resource,
  type TestResource,
  unknownString,
} from "../support/policy";

function streamOf(name: string, shardCount: number): TestResource {
  return resource(Stream, name, { shardCount });
}

function onDemand(name: string): TestResource {
  return resource(Stream, name, { streamModeDetails: { streamMode: "ON_DEMAND" } });
}

function applicationOf(name: string, parallelism: number): TestResource {
  return resource(Application, name, {
    runtimeEnvironment: "FLINK-1_20",
    serviceExecutionRole: unknownString,
    applicationConfiguration: {
      applicationCodeConfiguration: { codeContentType: "ZIPFILE" },
      flinkApplicationConfiguration: {
        parallelismConfiguration: {
          configurationType: "CUSTOM",
          parallelism,
          parallelismPerKpu: 1,
          autoScalingEnabled: false,
        },
      },
    },
  });
}

function readerOf(stream: TestResource, name: string): TestResource {
  return {
    ...resource(StreamConsumer, name, { streamArn: unknownString }),
    dependencies: { streamArn: [stream] },
  };
}

type Policy = Parameters<typeof evaluateStack>[0];

async function messages(
  policy: Policy,
  stack: readonly TestResource[],
  limits: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  return (await evaluateStack(policy, stack, limits)).violations;
}

describe("the limits of a whole stack", () => {
  it("kinesis-shard-quota holds for the shards of all streams together", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }),
        async (counts) => {
          const stack = counts.map((count, index) => streamOf(`stream-${index}`, count));
          const sum = counts.reduce((total, count) => total + count, 0);
          expect(await evaluateEach(shardQuota, stack, { maxShards: sum })).to.be.empty;
          expect(await evaluateEach(shardQuota, stack, { maxShards: sum + 1 })).to.be.empty;
          if (sum > 1) {
            const refusals = await evaluateEach(shardQuota, stack, { maxShards: sum - 1 });
            expect(refusals.join()).to.include(`have ${sum} shards`);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("kinesis-shard-quota counts streams in on-demand mode apart", async () => {
    const stack = [onDemand("a"), onDemand("b"), streamOf("c", 1)];
    expect(await evaluateEach(shardQuota, stack, { maxOnDemandStreams: 2, maxShards: 1 })).to.be
      .empty;
    const [refusal] = await evaluateEach(shardQuota, stack, { maxOnDemandStreams: 1 });
    expect(refusal).to.include("b: the streams declared so far are 2 in on-demand mode; the limit");
  });

  it("flink-kpu-quota counts one KPU for orchestration with each application", async () => {
    const stack = [applicationOf("a", 3), applicationOf("b", 4)];
    expect(await evaluateEach(kpuQuota, stack, { maxKpus: 9 })).to.be.empty;
    const [refusal] = await evaluateEach(kpuQuota, stack, { maxKpus: 8 });
    expect(refusal).to.include("b: the applications declared so far take 9 KPUs, this one 5");
  });

  it("kinesis-stream-consumer-limit counts the consumers of each stream", async () => {
    const [first, second] = [streamOf("first", 1), streamOf("second", 1)];
    const readers = ["a", "b", "c"].map((name) => readerOf(first, name));
    const stack = [first, second, ...readers, readerOf(second, "d")];
    expect(await messages(streamConsumers, stack, { maxFanOut: 3 })).to.be.empty;
    const [refusal, ...others] = await messages(streamConsumers, stack, { maxFanOut: 2 });
    expect(refusal).to.include("first: 3 consumers have enhanced fan-out; the limit is 2");
    expect(others).to.be.empty;
  });

  it("flink-application-parallelism-shards compares with the largest stream that it may read", async () => {
    const streams = [streamOf("small", 1), streamOf("large", 4)];
    const reader = (parallelism: number): TestResource => ({
      ...applicationOf("reader", parallelism),
      dependencies: { applicationConfiguration: streams },
    });
    expect(await messages(idleSubtasks, [...streams, reader(4)])).to.be.empty;
    const [refusal] = await messages(idleSubtasks, [...streams, reader(5)]);
    expect(refusal).to.include("parallelism is 5 and its stream has 4 shards; the limit is 4");
    const allowed = { allowIdleSubtasks: true };
    expect(await messages(idleSubtasks, [...streams, reader(5)], allowed)).to.be.empty;
  });

  it("stack-monthly-cost refuses a dollar above the budget, the largest items listed", async () => {
    // 100 shards at $0.015 and 730 hours.
    const stack = [streamOf("events", 100), streamOf("results", 1)];
    expect(await messages(monthlyBudget, stack, { maxMonthlyUsd: 1106 })).to.be.empty;
    const [refusal] = await messages(monthlyBudget, stack, { maxMonthlyUsd: 1105 });
    expect(refusal).to.include("events: the stack costs about $1105.95 a month");
    expect(refusal).to.include("events $1095.00 for 73000 shard-hour of kinesis.shardHour");
    expect(refusal).to.include("results $10.95");
  });

  it("stack-monthly-cost refuses what has no price", async () => {
    const host = resource(Instance, "host", { instanceType: "u7i-12tb.224xlarge" });
    const [refusal] = await messages(monthlyBudget, [host], { maxMonthlyUsd: 1_000_000 });
    expect(refusal).to.include("host: there is no price for u7i-12tb.224xlarge");
    expect(refusal).to.include("Add it to prices.json with its source and date");
  });
});
