import { fallbackRegion } from "../policies/cost/cost";
import { planApplication } from "./sizing";
import {
  advantageMebibytesPerSecond,
  billing,
  kpuLimits,
  largeRegions,
  maxDataNodes,
  maxShardsPerStream,
  onDemandMebibytesPerSecond,
  shardQuota,
} from "./limits";
import { counted, usd, whole } from "./figures";
import type { Recommendation } from "./recommendation";
import { planSearch } from "./search";
import { mostOfHottestKey, planStream } from "./stream";

interface Finding {
  readonly fact: string;
  readonly fix: string;
}

/** Findings of a recommendation that need a decision or an action. */
export function findings(recommendation: Recommendation): readonly Finding[] {
  return checks.flatMap((check) => check(recommendation) || []);
}

const checks: readonly ((recommendation: Recommendation) => Finding | false)[] = [
  ({ load, pipelines, stream, application, search }) => {
    if (pipelines === 1) return false;
    const needs = [
      [planStream(load).shardCount, maxShardsPerStream, "shards of a stream"],
      [planApplication(load).kpus, kpuLimits.raised, "KPUs of an application"],
      [planSearch(load).dataNodes, maxDataNodes, "data nodes of a domain"],
    ] as const;
    const exceeded = needs
      .filter(([need, limit]) => need > limit)
      .map(([need, limit, what]) => `${whole(need)} of up to ${whole(limit)} ${what}`);
    return {
      fact: `One pipeline would need ${exceeded.join(" and ")}`,
      fix: `Run ${pipelines} stacks, each with ${counted(stream.shardCount, "shard")}, ${counted(application.kpus, "KPU")} and ${counted(search.dataNodes, "data node")}, and send each partition key to one of them.`,
    };
  },
  ({ load, pipelines, stream }) => {
    const quota = inRegion(shardQuota, load.region);
    const shards = stream.shardCount * pipelines;
    return (
      shards > quota && {
        fact: `${whole(shards)} shards are more than the ${whole(quota)} of an account in ${load.region}`,
        fix: "Have the quota of shards raised before the deployment.",
      }
    );
  },
  ({ application: { kpus } }) =>
    kpus > kpuLimits.quota && {
      fact: `${kpus} KPUs are more than the ${kpuLimits.quota} that an application may have at first`,
      fix: `Have the quota raised, which goes up to ${kpuLimits.raised}.`,
    },
  ({ load, pipelines, application }) => {
    const peak = (load.recordsPerSecond * load.peak) / pipelines;
    const { parallelism, kpus, recordsPerSecond } = application;
    return (
      peak > recordsPerSecond && {
        fact: `Parallelism ${parallelism} on ${kpus} KPUs gets ${whole(recordsPerSecond)} of ${whole(peak)} records a second done`,
        fix: "Raise --parallelism or leave it out; the stream keeps what is not done in time, until its retention ends.",
      }
    );
  },
  ({ stream: { shardCount }, application: { parallelism } }) =>
    parallelism > shardCount && {
      fact: `Parallelism ${parallelism} is more than the ${whole(shardCount)} shards that it reads`,
      fix: "Lower --parallelism: a shard is read by one subtask, the others idle.",
    },
  ({ load, pipelines, stream }) => {
    const { utilizationPercent, hottestKeyPercent } = load;
    const ofShard =
      (stream.use[stream.boundBy] * stream.shardCount * hottestKeyPercent * pipelines) / 100;
    return (
      ofShard > (mostOfHottestKey * utilizationPercent) / 100 &&
      stream.shardCount > 1 && {
        fact: `The hottest partition key needs ${Math.round(ofShard * 100)} % of a shard at the busiest`,
        fix: "Choose a partition key with more values, or send with --partition-key round-robin: more shards do not divide a key.",
      }
    );
  },
  ({ load, stream }) => {
    const { "written records": records, "written bytes": bytes } = stream.use;
    const perRecord = Math.floor(records / bytes);
    return (
      stream.shardCount > 1 &&
      perRecord >= 2 && {
        fact: `Records bind the stream while ${Math.round(bytes * 100)} % of its bytes are used`,
        fix: `Pack ${perRecord} events of ${whole(load.recordBytes)} bytes into one record: they fit into ${counted(Math.ceil(stream.shardCount / perRecord), "shard")}.`,
      }
    );
  },
  ({ load }) => {
    const factor = billing.deliveryRecordBytes / load.recordBytes;
    return (
      factor >= 2 && {
        fact: `Firehose bills each record of ${whole(load.recordBytes)} bytes as ${whole(billing.deliveryRecordBytes)}`,
        fix: `Packed into records of ${whole(billing.deliveryRecordBytes)} bytes, taking in and converting them costs about a ${ordinal(Math.round(factor))} of it.`,
      }
    );
  },
  ({ load, pipelines, stream, costs, onDemandStream }) => {
    const provisioned = costs[0]?.usd ?? 0;
    const saving = provisioned - onDemandStream.usd;
    const isWithin = stream.shardCount <= inRegion(onDemandMebibytesPerSecond, load.region);
    return (
      saving > 0 &&
      isWithin && {
        fact: `On demand the stream costs ${usd(onDemandStream.usd)} a month, ${usd(saving)} less`,
        fix: `Set streamMode to ON_DEMAND and streamScaling to None${pipelines > 1 ? " in each stack" : ""}; the policy kinesis-stream-shard-limit has to allow it.`,
      }
    );
  },
  ({ load, costs, advantageUsd }) => {
    const mebibytes = (load.recordsPerSecond * load.recordBytes) / 1024 ** 2;
    const saving = (costs[0]?.usd ?? 0) - advantageUsd;
    return (
      saving > 0 &&
      mebibytes >= advantageMebibytesPerSecond && {
        fact: `Under On-demand Advantage the stream costs up to ${usd(advantageUsd)} a month, ${usd(saving)} less than with shards`,
        fix: "Commit the account to its minimum throughput (UpdateAccountSettings), which counts for all its on-demand streams, and set streamMode to ON_DEMAND.",
      }
    );
  },
  ({ load, costs }) =>
    costs.some(({ items }) => items.some(({ region }) => region !== load.region)) && {
      fact: `The list does not have all prices of ${load.region}`,
      fix: `Those are counted at ${fallbackRegion}'s: add them to policies/cost/prices.json.`,
    },
];

function inRegion(
  limit: { readonly largeRegions: number; readonly otherRegions: number },
  region: string,
): number {
  return largeRegions.includes(region) ? limit.largeRegions : limit.otherRegions;
}

function ordinal(value: number): string {
  return value === 2 ? "half" : value === 3 ? "third" : `${value}th`;
}
