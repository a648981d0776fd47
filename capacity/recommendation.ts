import {
  applicationUsage,
  type CostItem,
  hoursPerMonth,
  instanceUsage,
  monthlyCost,
  streamUsage,
  totalUsd,
  type Usage,
  used,
} from "../policies/cost/cost";
import { billing } from "./limits";
import type { Load, LoadArgs } from "./load";
import type { SearchPlan } from "./search";
import { type planApplication, sizesFor } from "./sizing";
import type { StreamPlan } from "./stream";

type PartCost = ReturnType<typeof partCost>;

export type Recommendation = ReturnType<typeof recommend>;

/** Sizes a pipeline for a load and prices it. @throws RangeError that lists every wrong number */
export function recommend(args: LoadArgs) {
  const { share, ...sizes } = sizesFor(args);
  const costs = [
    streamCost(share, sizes.stream),
    applicationCost(share, sizes.application),
    deliveryCost(share),
    searchCost(share, sizes.search),
  ].map((cost) => times(cost, sizes.pipelines));
  const onDemandStream = times(onDemandCost(share, sizes.stream), sizes.pipelines);
  return {
    ...sizes,
    /** Costs of all pipelines together. */
    costs,
    onDemandStream,
    /** In US dollars, of the same stream under On-demand Advantage. */
    advantageUsd: advantageUsd(onDemandStream),
    /** In US dollars, with a provisioned stream. */
    monthlyUsd: totalUsd(costs),
  };
}

function times({ part, items, usd }: PartCost, factor: number): PartCost {
  const all = items.map((item) => ({
    ...item,
    quantity: item.quantity * factor,
    usd: item.usd * factor,
  }));
  return { part, items: all, usd: usd * factor };
}

export const secondsPerMonth = hoursPerMonth * 3600;

/** PUT payload units of a record: https://aws.amazon.com/kinesis/data-streams/pricing/ */
export function putUnits(recordBytes: number): number {
  return Math.ceil(recordBytes / billing.putUnitBytes);
}

/** What a provisioned stream costs: https://aws.amazon.com/kinesis/data-streams/pricing/ */
export function streamCost(load: Load, { shardCount, fanOutConsumers }: StreamPlan): PartCost {
  const { recordsPerSecond, recordBytes, retentionHours } = load;
  return partCost("Stream", load, [
    ...streamUsage({ shards: shardCount, retentionHours, fanOutConsumers }),
    {
      what: "kinesis.putUnits",
      quantity: (recordsPerSecond * secondsPerMonth * putUnits(recordBytes)) / 1_000_000,
    },
    {
      what: "kinesis.fanOutRetrieval",
      quantity: gigabytesPerMonth(load, recordBytes) * fanOutConsumers,
    },
    { what: "kinesis.longTermRetention", quantity: longTermGigabytes(load) },
  ]);
}

/** What the same stream costs on demand: https://aws.amazon.com/kinesis/data-streams/pricing/ */
export function onDemandCost(load: Load, plan: StreamPlan): PartCost {
  const billed = gigabytesPerMonth(load, roundedUp(load.recordBytes, billing.onDemandRecordBytes));
  const extendedHours = Math.min(load.retentionHours, weekHours) - dayHours;
  return partCost("Stream on demand", load, [
    { what: "kinesis.onDemandStreamHour", quantity: hoursPerMonth },
    { what: "kinesis.onDemandIngest", quantity: billed },
    { what: "kinesis.onDemandRetrieval", quantity: billed * plan.pollingConsumers },
    { what: "kinesis.onDemandFanOutRetrieval", quantity: billed * plan.fanOutConsumers },
    {
      what: "kinesis.onDemandExtendedRetention",
      quantity: (billed * extendedHours) / hoursPerMonth,
    },
    { what: "kinesis.longTermRetention", quantity: longTermGigabytes(load) },
  ]);
}

/** What a stream on demand costs under On-demand Advantage, but for a shortfall of the commitment. */
function advantageUsd({ items }: PartCost): number {
  const shares: Record<string, number> = {
    "kinesis.onDemandStreamHour": 0,
    "kinesis.longTermRetention": 1,
  };
  return items.reduce(
    (sum, { what, usd }) => sum + usd * (shares[what] ?? billing.advantageShare),
    0,
  );
}

/** https://aws.amazon.com/managed-service-apache-flink/pricing/ */
export function applicationCost(
  load: Load,
  { kpus }: ReturnType<typeof planApplication>,
): PartCost {
  return partCost("Application", load, applicationUsage({ kpus: kpus + orchestrationKpus }));
}

/** Delivery with partitions and columns, and the archive it fills: https://aws.amazon.com/firehose/pricing/ */
export function deliveryCost(load: Load): PartCost {
  const billed = gigabytesPerMonth(load, roundedUp(load.recordBytes, billing.deliveryRecordBytes));
  const archivedSeconds = load.archiveDays * dayHours * 3600;
  return partCost("Delivery and archive", load, [
    { what: "firehose.ingest", quantity: billed },
    { what: "firehose.formatConversion", quantity: billed },
    { what: "firehose.dynamicPartitioning", quantity: gigabytesPerMonth(load, load.recordBytes) },
    {
      what: "s3.storage",
      quantity:
        (load.recordsPerSecond * load.recordBytes * archivedSeconds) / billing.gigabyteBytes,
    },
  ]);
}

/** https://aws.amazon.com/opensearch-service/pricing/ */
export function searchCost(load: Load, plan: SearchPlan): PartCost {
  return partCost("Search", load, [
    ...instanceUsage(plan.instanceType, plan.dataNodes),
    ...instanceUsage(plan.masterType, plan.masters),
    { what: "opensearch.gp3", quantity: plan.dataNodes * plan.volumeGibibytes },
  ]);
}

/** The KPU with which the service coordinates an application: https://docs.aws.amazon.com/managed-flink/latest/java/how-resources.html */
const orchestrationKpus = 1;

const dayHours = 24;

const weekHours = 7 * dayHours;

function longTermGigabytes(load: Load): number {
  const hours = Math.max(0, load.retentionHours - weekHours);
  return (gigabytesPerMonth(load, load.recordBytes) * hours) / hoursPerMonth;
}

function gigabytesPerMonth({ recordsPerSecond }: Load, billedRecordBytes: number): number {
  return (recordsPerSecond * billedRecordBytes * secondsPerMonth) / billing.gigabyteBytes;
}

function roundedUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}

function partCost(part: string, { region }: Load, usages: readonly Usage[]) {
  const items: readonly CostItem[] = used(usages).map((usage) => monthlyCost(usage, region));
  return { part, items, usd: totalUsd(items) };
}
