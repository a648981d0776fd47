import type { Pace } from "../replay/clock";
import type { ReplayState } from "../replay/replay";
import { shardLimits } from "../kinesis/shard-budget";

/** What is looked at: so many states, one a second. */
const windowStates = 10;
/** A lag below this, in seconds, is no reason to speak. */
const smallestLag = 5;

/** What a replay had done at a moment. */
function lookAt({ now, lagSeconds = 0, sentUpTo, progress }: ReplayState) {
  const { recordsPut: records, bytesPut: bytes, throttled } = progress;
  return { at: now, lagSeconds, sentUpTo, records, bytes, throttled };
}

type Look = ReturnType<typeof lookAt>;

/**
 * Says why a replay falls behind its schedule, and what would let it keep up.
 * @param rateLimitPercent - share of a shard's throughput that the replay may use
 * @returns a function that is called once per second; undefined while the lag is small or does not grow
 */
export function lagAdvisor(
  pace: Pace,
  rateLimitPercent: number,
): (state: ReplayState) => string | undefined {
  const share = rateLimitPercent / 100;
  let looks: Look[] = [];
  const words = (then: Look, now: Look, shards: number): string => {
    const seconds = (now.at - then.at) / 1000;
    const covered = ((now.sentUpTo ?? NaN) - (then.sentUpTo ?? NaN)) / 1000 / seconds;
    const lag = `The lag grows (${now.lagSeconds.toFixed(0)} s)`;
    // The stream takes event time at the speed of `covered`; all of it is needed at that of the pace.
    const growth = pace.speedup / covered;
    const recordsNeeded = ((now.records - then.records) / seconds) * growth;
    const bytesNeeded = ((now.bytes - then.bytes) / seconds) * growth;
    const slower = `--speedup ${Number(covered.toPrecision(2))}`;
    if (recordsNeeded > pace.maxRate) {
      return `${lag}: --max-rate ${pace.maxRate} is below the ${recordsNeeded.toFixed(0)} records/s that are due; raise it, or use ${slower}.`;
    }
    const forRecords = recordsNeeded / (shardLimits.records * share);
    const forBytes = bytesNeeded / (shardLimits.bytes * share);
    const shardsNeeded = Math.ceil(Math.max(forRecords, forBytes));
    if (shardsNeeded > shards) {
      const [limit, due] =
        forRecords > forBytes
          ? ["1,000 records/s", `${recordsNeeded.toFixed(0)} records/s`]
          : ["1 MiB/s", `${(bytesNeeded / 2 ** 20).toFixed(1)} MiB/s`];
      return `${lag}: ${due} are due, and the limit of a shard is ${limit}; ${shardsNeeded} shards instead of ${shards} would do, or ${slower}.`;
    }
    return now.throttled > then.throttled
      ? `${lag}: the stream refuses records although ${shards} shards would do; another producer uses them too, or few partition keys get most records. Spread the keys, add shards, or use ${slower}.`
      : `${lag}: ${shards} shards would do, but few partition keys get most records, which go one after another; use a larger --max-disorder, --aggregate, or ${slower}.`;
  };
  return (state) => {
    const now = lookAt(state);
    looks = [...looks.slice(-windowStates), now];
    const [then] = looks;
    if (then === undefined || looks.length <= windowStates) {
      return undefined;
    }
    // While requests fail, the error says why; no number of shards would help.
    if (state.progress.isFailing || (now.sentUpTo ?? 0) <= (then.sentUpTo ?? 0)) {
      return undefined;
    }
    const isGrowing = now.lagSeconds > smallestLag && now.lagSeconds > then.lagSeconds + 1;
    return isGrowing ? words(then, now, state.shards) : undefined;
  };
}
