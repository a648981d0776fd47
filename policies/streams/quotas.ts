import { Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { flinkScale } from "../flink/flink-configuration";
import { stackPolicy } from "../engine/policy";
import { integer } from "../engine/setting-schema";
import { isOnDemand, shardsOf } from "./stream-shards";

export const shardQuota = stackPolicy("kinesis-shard-quota", [Stream], {
  severity: "high",
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
  *check(resources, { maxShards, maxOnDemandStreams }) {
    const streams = resources.filter((resource) => resource.isType(Stream));
    const onDemand = streams.filter(isOnDemand);
    const provisioned = streams.filter((stream) => !isOnDemand(stream));
    const shards = provisioned.reduce((sum, stream) => sum + shardsOf(stream), 0);
    const [largest] = [...provisioned].sort(
      (a, b) => shardsOf(b) - shardsOf(a) || a.name.localeCompare(b.name),
    );
    if (largest !== undefined && !(shards <= maxShards)) {
      yield {
        resource: largest,
        fact: `the ${provisioned.length} streams of the stack have ${shards} shards, this one ${shardsOf(largest)}`,
        limit: `the limit is ${maxShards}`,
      };
    }
    const [first] = onDemand;
    if (first !== undefined && onDemand.length > maxOnDemandStreams) {
      yield {
        resource: first,
        fact: `the stack has ${onDemand.length} streams in on-demand mode`,
        limit: `the limit is ${maxOnDemandStreams}`,
      };
    }
  },
});

export const kpuQuota = stackPolicy("flink-kpu-quota", [Application], {
  severity: "high",
  rule: "Keep the Kinesis Processing Units (KPUs) of all Flink applications together within the account's quota.",
  reason: "Beyond the quota an application does not start, or does not scale when it has to.",
  fix: "Lower parallelism, raise parallelismPerKpu, have the quota raised, or change maxKpus in the policy's configuration.",
  source: "https://docs.aws.amazon.com/managed-flink/latest/java/limits.html",
  config: {
    maxKpus: integer("Most KPUs of all applications, those for orchestration included.", 64, [2]),
  },
  *check(resources, { maxKpus }) {
    const sizes = resources
      .flatMap((resource) => {
        const application = resource.asType(Application);
        return application === undefined ? [] : [{ resource, kpus: flinkScale(application).kpus }];
      })
      .sort((a, b) => b.kpus - a.kpus || a.resource.name.localeCompare(b.resource.name));
    const kpus = sizes.reduce((sum, one) => sum + one.kpus, 0);
    const [largest] = sizes;
    if (largest !== undefined && !(kpus <= maxKpus)) {
      yield {
        resource: largest.resource,
        fact: `the ${sizes.length} applications of the stack take ${kpus} KPUs, this one ${largest.kpus}`,
        limit: `the limit is ${maxKpus}`,
      };
    }
  },
});
