import { deliveryBuffer, kpuLimits, maxDataNodes, maxShardsPerStream } from "./limits";
import { completeLoad, type Load, type LoadArgs } from "./load";
import { planSearch } from "./search";
import { planStream } from "./stream";

/** A subtask of each operator has a vCPU of its own, so that what a KPU gets done holds for each of them. */
const parallelismPerKpu = 1;

/**
 * The application that keeps up with the busiest second of a load, or that has the parallelism asked for.
 * @see https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html
 */
export function planApplication(load: Load) {
  const { recordsPerSecond, peak, recordsPerSecondPerKpu } = load;
  const needed = Math.max(1, Math.ceil((recordsPerSecond * peak) / recordsPerSecondPerKpu));
  const parallelism = load.parallelism ?? needed * parallelismPerKpu;
  const kpus = Math.ceil(parallelism / parallelismPerKpu);
  return {
    parallelism,
    parallelismPerKpu,
    /** KPUs of the job; the service bills one more for orchestration. */
    kpus,
    /** Records a second that they get done. */
    recordsPerSecond: kpus * recordsPerSecondPerKpu,
  };
}

/**
 * How Firehose collects objects for the archive: as large as they can be, for the queries that read them, without keeping records back for longer than it takes
 * to fill one. Firehose itself has no throughput limit when it reads a stream.
 * @see https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */
function planDelivery({ recordsPerSecond, recordBytes }: Load) {
  const { maxMebibytes, minSeconds, maxSeconds } = deliveryBuffer;
  const mebibytesPerSecond = (recordsPerSecond * recordBytes) / 1024 ** 2;
  const secondsToFill = maxMebibytes / mebibytesPerSecond;
  const wholeMinutes = Math.ceil(secondsToFill / 60) * 60;
  const bufferSeconds = Math.min(maxSeconds, Math.max(minSeconds, wholeMinutes));
  return {
    bufferMebibytes: maxMebibytes,
    bufferSeconds,
    /** What writes an object at average load: the buffer being full, or its time being over. */
    endedBy: secondsToFill <= bufferSeconds ? "size" : "time",
    /** MiB of an object at average load, before compression; all partitions together. */
    objectMebibytes: Math.min(maxMebibytes, mebibytesPerSecond * bufferSeconds),
  };
}

/**
 * How a load is carried, whatever that costs: by equal pipelines that share it by partition key, where one would go
 * beyond what a stream, an application or a domain can have. Their number is a power of two, so that each key range is
 * halved. The plans are those of each one, for its share of the load.
 *
 * @throws RangeError that lists every wrong number
 */
export function sizesFor(args: LoadArgs) {
  const load = completeLoad(args);
  for (let pipelines = 1; ; pipelines *= 2) {
    const share = shareOf(load, pipelines);
    const stream = planStream(share);
    const application = planApplication(share);
    const search = planSearch(share);
    if (
      stream.shardCount <= maxShardsPerStream &&
      application.kpus <= kpuLimits.raised &&
      search.dataNodes <= maxDataNodes
    ) {
      return { load, stream, application, delivery: planDelivery(share), search, pipelines, share };
    }
  }
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
