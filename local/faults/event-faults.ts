import type { Fault } from "./fault";

/** Every event arrives twice. */
export const duplicates: Fault = {
  name: "duplicates",
  description: "every event is put twice, by two producers",
  twice: true,
};

/** Events arrive out of order, as far as the job has been told to expect. */
export const outOfOrder: Fault = {
  name: "out-of-order",
  description: "events are put out of order, by up to half of what the job tolerates",
  // The other half is for what the lanes of the producer do to the order.
  replayArguments: (seconds) => [
    "--shuffle",
    String(Math.floor(seconds / 2)),
    "--max-disorder",
    String(Math.floor(seconds / 2)),
  ],
};
