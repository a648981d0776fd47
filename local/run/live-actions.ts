import { setTimeout as delay } from "node:timers/promises";
import type { Deployment } from "./deployment";
import { faults } from "../faults/faults";
import type { LiveReplay } from "./live-replay";
import type { PipelineActions } from "../page-server/page-actions";
import { LiveStream } from "../services/kinesis/live-stream";
import type { Tell } from "../machine/steps";

/** How long a fault takes that lasts for a part of the replay, where its length is unknown. */
const FAULT_SECONDS = 30;

/** Those that need no other deployment and no other replay. */
const liveFaults = faults.filter(
  ({ inject, config, twice }) => inject !== undefined && config === undefined && twice !== true,
);

export function liveActions(
  { cloud, stream }: Deployment,
  replay: LiveReplay,
  { tell, signal }: { readonly tell: Tell; readonly signal: AbortSignal },
): PipelineActions {
  const happening = new Set<string>();
  return {
    faults: liveFaults.map(({ name, description }) => ({ name, description })),
    pause: (paused) => replay.pause(paused),
    changeSpeedup: (speedup) => replay.changeSpeedup(speedup),
    async reshard(shards) {
      await new LiveStream(stream.client, stream.name).resize(shards);
      tell(`The stream has ${shards} shards now`);
    },
    async injectFault(name) {
      const fault = liveFaults.find((one) => one.name === name);
      if (fault?.inject === undefined) throw new Error(`There is no fault ${name}.`);
      if (happening.has(name)) throw new Error(`The fault ${name} is happening already.`);
      happening.add(name);
      let passed = 0;
      try {
        await fault.inject({
          cloud,
          stream,
          tell,
          signal,
          async replayed(share) {
            // What waits for its turn happens immediately; what lasts for a part of the replay lasts for a while.
            const wait = passed === 0 ? 0 : Math.max(0, share - passed) * FAULT_SECONDS * 1000;
            passed = share;
            await delay(wait, undefined, { signal });
          },
        });
      } finally {
        happening.delete(name);
      }
    },
    state: () => ({ paused: replay.paused, speedup: replay.speedup, faults: [...happening] }),
  };
}
