import list from "./prices.json";
import { sizeFactor } from "../search/instance-size";

/** A price of the list, such as kinesis.shardHour. */
export type PriceName = keyof typeof list.prices;

/** What is used in a month, in units of its price. */
export interface Usage {
  /** Name of a price, or an instance type: r7g.large.search of OpenSearch Service, t4g.small of EC2. */
  readonly what: PriceName | `${string}.${string}`;
  readonly quantity: number;
}

/** What a usage costs. */
export interface CostItem extends Usage {
  readonly unit: string;
  /** In US dollars. */
  readonly unitPrice: number;
  readonly usd: number;
  /** Where the price holds: the region asked for, else us-east-1. */
  readonly region: string;
}

/** Hours that AWS reckons a month with. */
export const hoursPerMonth = list.hoursPerMonth;

/** Whose prices count where the list has none for a region. */
export const fallbackRegion = "us-east-1";

/**
 * The cost of a month's usage at list prices.
 *
 * @throws RangeError when the list has no price for it
 */
export function monthlyCost({ what, quantity }: Usage, region: string): CostItem {
  const price = priceOf(what);
  if (!price) {
    throw new RangeError(
      `There is no price for ${what}: add it to prices.json, with its source and date.`,
    );
  }
  const known = price.usd[region] ? region : fallbackRegion;
  const unitPrice = price.usd[known] ?? Number.NaN;
  return { what, quantity, unit: price.unit, unitPrice, usd: quantity * unitPrice, region: known };
}

/** Whether the list has a price. */
export function isPriced(what: string): boolean {
  return Boolean(priceOf(what));
}

/** The sum of items, in US dollars. */
export function totalUsd(items: readonly Pick<CostItem, "usd">[]): number {
  return items.reduce((sum, { usd }) => sum + usd, 0);
}

/** A provisioned stream; its readers with enhanced fan-out pay for each shard as well. */
export function streamUsage(stream: {
  readonly shards: number;
  readonly retentionHours: number;
  /** @default 0 */
  readonly fanOutConsumers?: number;
  /** Metrics reported for each shard. @default 0 */
  readonly shardLevelMetrics?: number;
}): readonly Usage[] {
  const { shards, retentionHours, fanOutConsumers = 0, shardLevelMetrics = 0 } = stream;
  const shardHours = shards * hoursPerMonth;
  return used([
    { what: "kinesis.shardHour", quantity: shardHours },
    { what: "kinesis.extendedRetentionShardHour", quantity: retentionHours > 24 ? shardHours : 0 },
    { what: "kinesis.fanOutConsumerShardHour", quantity: fanOutConsumers * shardHours },
    { what: "cloudwatch.metric", quantity: shardLevelMetrics * shards },
  ]);
}

/** A Flink application with its KPUs, the one for orchestration included; each other brings 50 GB of storage. */
export function applicationUsage({ kpus }: { readonly kpus: number }): readonly Usage[] {
  return used([
    { what: "flink.kpuHour", quantity: kpus * hoursPerMonth },
    { what: "flink.runningStorage", quantity: (kpus - 1) * 50 },
  ]);
}

/** Instances of a type, such as r7g.large.search, all month. */
export function instanceUsage(type: string, count: number): readonly Usage[] {
  return used([{ what: type as Usage["what"], quantity: count * hoursPerMonth }]);
}

/** Leaves out what is not used. */
export function used(usages: readonly Usage[]): readonly Usage[] {
  return usages.filter(({ quantity }) => quantity > 0);
}

interface Price {
  readonly unit: string;
  readonly usd: Readonly<Record<string, number | undefined>>;
}

function priceOf(what: string): Price | undefined {
  return (list.prices as Readonly<Record<string, Price>>)[what] ?? instancePrice(what);
}

/** AWS prices the sizes of a family in proportion to each other. */
function instancePrice(type: string): Price | undefined {
  const [family = "", size = "", service] = type.split(".");
  const { usd } = service === "search" ? list.instances.search : list.instances.ec2;
  const large = (usd as Readonly<Record<string, Readonly<Record<string, number>>>>)[family];
  const factor = sizeFactor(size);
  if (!large || !factor || (service ?? "search") !== "search") {
    return undefined;
  }
  const entries = Object.entries(large).map(([region, price]) => [region, price * factor] as const);
  return { unit: "instance-hour", usd: Object.fromEntries(entries) };
}
