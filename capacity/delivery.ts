import { deliveryBuffer } from "./limits";
import type { Load } from "./load";

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
