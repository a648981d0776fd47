import { readTrips } from "../producer/trips/taxi";
import type { SourceEvent } from "../producer/events/record";

/** A key may be one of a few hundred, or of one record only: no more are counted. */
const mostKeys = 100_000;

/** Measures the replay of a file of trips. @throws StartError when it cannot be read or has no trips */
export async function measuredFile(source: string, speedup: number) {
  const { source: trips } = await readTrips(source);
  return measuredEvents(trips.events(), speedup, trips.count);
}

/**
 * Rate, size and busiest second of a replay of one event or more.
 *
 * @param events by event time, which is exact to the second
 * @param total how many events there are; of a hundred or more, those below the percentile 0.1 and above 99.9 are left
 * out, at least one each, as one of another year would stretch the time
 */
export function measuredEvents(events: Iterable<SourceEvent>, speedup: number, total = 0) {
  const outliers = total < 100 ? 0 : Math.ceil(total / 1000);
  const keys = new Map<string, number>();
  let [seen, hottest] = [0, 0];
  let [count, bytes, first, last] = [0, 0, 0, 0];
  let [second, inSecond, busiest] = [0, 0, 0];
  for (const { eventTime, partitionKey, data } of events) {
    seen += 1;
    if (seen <= outliers || (outliers > 0 && seen > total - outliers)) continue;
    const ofKey = (keys.get(partitionKey) ?? 0) + 1;
    if (ofKey > 1 || keys.size < mostKeys) keys.set(partitionKey, ofKey);
    hottest = Math.max(hottest, ofKey);
    if (count === 0) first = eventTime;
    last = eventTime;
    count += 1;
    bytes += data.byteLength + Buffer.byteLength(partitionKey);
    const replaySecond = Math.floor((eventTime - first) / (1000 * speedup));
    inSecond = replaySecond === second ? inSecond + 1 : 1;
    second = replaySecond;
    busiest = Math.max(busiest, inSecond);
  }
  const seconds = (last - first) / 1000 + 1;
  const recordsPerSecond = (count / seconds) * speedup;
  return {
    recordsPerSecond,
    recordBytes: bytes / count,
    peak: Math.max(1, busiest / recordsPerSecond),
    hottestKeyPercent: (hottest / count) * 100,
  };
}
