import { type ApplicationPlan, planApplication } from "./application";
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

/** How a load is carried, whatever that costs. */
export interface Sizes extends PipelinePlan {
  readonly load: Load;
  /**
   * Equal pipelines that share the load by partition key, where one would go beyond what a stream, an application or a
   * domain can have; a power of two, so that each key range is halved. The plans are those of each one.
   */
  readonly pipelines: number;
  /** What each of them carries. */
  readonly share: Load;
}

/**
 * Sizes a pipeline for a load.
 *
 * @throws RangeError that lists everything that is wrong with the load
 */
export function sizesFor(args: LoadArgs): Sizes {
  const load = completeLoad(args);
  let pipelines = 1;
  while (!fits(planPipeline(shareOf(load, pipelines)))) pipelines *= 2;
  const share = shareOf(load, pipelines);
  return { load, ...planPipeline(share), pipelines, share };
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

function shareOf(load: Load, pipelines: number): Load {
  return { ...load, recordsPerSecond: load.recordsPerSecond / pipelines };
}
