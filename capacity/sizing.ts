import { deliveryBuffer, kpuLimits, maxDataNodes, maxShardsPerStream } from "./limits";
import { completeLoad, type Load, type LoadArgs } from "./load";
import { planSearch, type SearchPlan } from "./search";
import { planStream, type StreamPlan } from "./stream";

export interface ApplicationPlan {
  readonly parallelism: number;
  readonly parallelismPerKpu: number;
  /** KPUs of the job; the service bills one more for orchestration. */
  readonly kpus: number;
  /** Records a second that they get done. */
  readonly recordsPerSecond: number;
}

/** A subtask of each operator has a vCPU of its own, so that what a KPU gets done holds for each of them. */
const parallelismPerKpu = 1;

/**
 * The application that keeps up with the busiest second of a load, or that has the parallelism asked for.
 * @see https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html
 */
export function planApplication(load: Load): ApplicationPlan {
  const { recordsPerSecond, peak, recordsPerSecondPerKpu } = load;
  const needed = Math.max(1, Math.ceil((recordsPerSecond * peak) / recordsPerSecondPerKpu));
  const parallelism = load.parallelism ?? needed * parallelismPerKpu;
  const kpus = Math.ceil(parallelism / parallelismPerKpu);
  return {
    parallelism,
    parallelismPerKpu,
    kpus,
    recordsPerSecond: kpus * recordsPerSecondPerKpu,
  };
}

/** How Firehose collects objects for the archive. */
export interface DeliveryPlan {
  readonly bufferMebibytes: number;
  readonly bufferSeconds: number;
  /** What writes an object at average load: the buffer being full, or its time being over. */
  readonly endedBy: "size" | "time";
  /** MiB of an object at average load, before compression; all partitions together. */
  readonly objectMebibytes: number;
}

/**
 * Objects as large as they can be, for the queries that read them, without keeping records back for longer than it takes
 * to fill one. Firehose itself has no throughput limit when it reads a stream.
 * @see https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */
export function planDelivery({ recordsPerSecond, recordBytes }: Load): DeliveryPlan {
  const { maxMebibytes, minSeconds, maxSeconds } = deliveryBuffer;
  const mebibytesPerSecond = (recordsPerSecond * recordBytes) / 1024 ** 2;
  const secondsToFill = maxMebibytes / mebibytesPerSecond;
  const wholeMinutes = Math.ceil(secondsToFill / 60) * 60;
  const bufferSeconds = Math.min(maxSeconds, Math.max(minSeconds, wholeMinutes));
  return {
    bufferMebibytes: maxMebibytes,
    bufferSeconds,
    endedBy: secondsToFill <= bufferSeconds ? "size" : "time",
    objectMebibytes: Math.min(maxMebibytes, mebibytesPerSecond * bufferSeconds),
  };
}

interface PipelinePlan {
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
  readonly share: Load;
}

/** Sizes a pipeline for a load. @throws RangeError that lists every wrong number */
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
  const { recordsPerSecond, hottestKeyPercent } = load;
  return {
    ...load,
    recordsPerSecond: recordsPerSecond / pipelines,
    // One of the pipelines has all records of the key.
    hottestKeyPercent: Math.min(100, hottestKeyPercent * pipelines),
  };
}
