import { type ApplicationPlan, planApplication } from "./application";
import {
  applicationCost,
  deliveryCost,
  onDemandCost,
  type PartCost,
  searchCost,
  streamCost,
} from "./cost";
import { type DeliveryPlan, planDelivery } from "./delivery";
import { kpuLimits, maxDataNodes, maxShardsPerStream } from "./limits";
import { completeLoad, type Load, type LoadArgs } from "./load";
import { planSearch, type SearchPlan } from "./search";
import { planStream, type StreamPlan } from "./stream";

/** A pipeline that carries a load. */
export interface PipelinePlan {
  readonly stream: StreamPlan;
  readonly application: ApplicationPlan;
  readonly delivery: DeliveryPlan;
  readonly search: SearchPlan;
}

/** What to configure for a load, and what it costs. */
export interface Recommendation extends PipelinePlan {
  readonly load: Load;
  /**
   * Equal pipelines that share the load by partition key, where one would go beyond what a stream, an application or a
   * domain can have; a power of two, so that each key range is halved. The plans are those of each one.
   */
  readonly pipelines: number;
  /** Costs of all pipelines together. */
  readonly costs: readonly PartCost[];
  readonly onDemandStream: PartCost;
  /** In US dollars, with a provisioned stream. */
  readonly monthlyUsd: number;
}

/**
 * Sizes a pipeline for a load.
 *
 * @throws RangeError that lists everything that is wrong with the load
 */
export function recommend(args: LoadArgs): Recommendation {
  const load = completeLoad(args);
  let pipelines = 1;
  while (!fits(planPipeline(share(load, pipelines)))) pipelines *= 2;
  const own = share(load, pipelines);
  const plan = planPipeline(own);
  const all = (cost: PartCost): PartCost => times(cost, pipelines);
  const costs = [
    all(streamCost(own, plan.stream)),
    all(applicationCost(own, plan.application)),
    all(deliveryCost(own)),
    all(searchCost(own, plan.search)),
  ];
  return {
    load,
    ...plan,
    pipelines,
    costs,
    onDemandStream: all(onDemandCost(own, plan.stream)),
    monthlyUsd: costs.reduce((sum, { usd }) => sum + usd, 0),
  };
}

function planPipeline(load: Load): PipelinePlan {
  return {
    stream: planStream(load),
    application: planApplication(load),
    delivery: planDelivery(load),
    search: planSearch(load),
  };
}

function fits({ stream, application, search }: PipelinePlan): boolean {
  return (
    stream.shardCount <= maxShardsPerStream &&
    application.kpus <= kpuLimits.raised &&
    search.dataNodes <= maxDataNodes
  );
}

function share(load: Load, pipelines: number): Load {
  return { ...load, recordsPerSecond: load.recordsPerSecond / pipelines };
}

function times(cost: PartCost, factor: number): PartCost {
  return {
    part: cost.part,
    items: cost.items.map((item) => ({
      ...item,
      quantity: item.quantity * factor,
      usd: item.usd * factor,
    })),
    usd: cost.usd * factor,
  };
}
