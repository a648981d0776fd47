import { duplicates, outOfOrder } from "./event-faults";
import type { Fault } from "./fault";
import { jobManagerKilled, taskManagerKilled } from "./flink-faults";
import { kinesisErrors, kinesisThrottled, reshard } from "./stream-faults";
import { searchDown } from "./search-faults";

/** What `--fault` can let happen. */
export const faults: readonly Fault[] = [
  taskManagerKilled,
  jobManagerKilled,
  searchDown,
  kinesisThrottled,
  kinesisErrors,
  reshard,
  duplicates,
  outOfOrder,
];
