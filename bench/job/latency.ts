import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { parsed } from "../../local/status/http";
import { jobStatus } from "../../local/status/job-status";
import { percentile } from "../figures";
import type { BenchServices } from "./services";
import { type BenchStream, openStream } from "./stream";
import { type SampleTrip, tripRecord } from "./trips";

const PROBE_INDEX = "taxi-airport-origins";
const BUSY_INDEX = "taxi-demand-zones";
/** One of the zones with most trips in the sample: its document changes with every one of them. */
const BUSY_ZONE = 237;
/** The demand windows of the busy zone begin so often; each is longer than a measurement. */
const BUSY_SLIDE_SECONDS = 300;
/** The rarest airport: no trip of the background goes there, so that the documents of its origins are the probes'. */
const AIRPORT = { zone: 1, code: "EWR" };
const FOLDED = [57, 104, 105];
const ORIGINS = Array.from({ length: 263 }, (_, index) => index + 1).filter(
  (zone) => !FOLDED.includes(zone) && zone !== BUSY_ZONE,
);
const WINDOW_SECONDS = 3600;

const PROBE_MILLISECONDS = 200;
const SEARCH_MILLISECONDS = 25;
/** That of the busy document, which changes once a second. */
const BUSY_SEARCH_MILLISECONDS = 50;
const RENEWAL_MILLISECONDS = 2000;
const PATIENCE_MILLISECONDS = 30_000;

/** How many probes there can be: each needs a document of its own. */
export const MAX_PROBES = ORIGINS.length;

/** From the put of a trip to the search that finds its document, while others are put at a steady rate. */
export type Latency = Awaited<ReturnType<typeof latency>>;

interface LatencyOptions {
  readonly services: BenchServices;
  readonly jar: string;
  readonly sample: readonly SampleTrip[];
  /** What the rate is a share of, in words. */
  readonly load: string;
  readonly eventsPerSecond: number;
  readonly probes: number;
  /** For the job's start, and for Java to compile what is used most. */
  readonly warmUpSeconds: number;
}

/** Measures at one rate. The event time of all trips is the time at which they are put, as on the street. */
export async function latency(options: LatencyOptions) {
  const { services, load, eventsPerSecond, probes } = options;
  const stream = await openStream(services.kinesis, `latency-${eventsPerSecond}`);
  const job = await services.run(options.jar, stream.name);
  const others = options.sample.filter(({ dropoffZone }) => dropoffZone !== AIRPORT.zone);
  const end = new AbortController();
  const begun = performance.now();
  const busy = busyZone(services);
  const found = new AbortController();
  const background = stream.putSteadily(
    eventsPerSecond,
    (number) => {
      const trip = tripAt(others, number);
      const now = Date.now();
      if (trip.pickupZone === BUSY_ZONE) busy.put(now);
      return tripRecord(trip, now, MAX_PROBES + number);
    },
    end.signal,
  );
  try {
    await Promise.race([delay(options.warmUpSeconds * 1000), background]);
    const watched = busy.watch(AbortSignal.any([end.signal, found.signal]));
    const milliseconds = await Promise.race([
      probed(options, stream),
      // It ends before only when a put fails.
      background.then((): number[] => []),
    ]);
    found.abort();
    const busyMilliseconds = await watched;
    const taken = stream.taken();
    const putPerSecond = Math.round((taken / (performance.now() - begun)) * 1000);
    const recordsRead = await renewedCount(job.flink);
    return {
      load,
      eventsPerSecond,
      putPerSecond,
      // Put when the last probe was found, and not read RENEWAL_MILLISECONDS later.
      unread: Math.max(0, taken - recordsRead),
      probes,
      // Not found in time: slower than all others, so that a percentile may be null.
      unseen: milliseconds.filter((value) => !Number.isFinite(value)).length,
      // Of documents that are new, and of one that every trip of its zone changes.
      newKey: percentiles(milliseconds),
      busyKey: percentiles(busyMilliseconds),
    };
  } finally {
    end.abort();
    await background.catch(() => undefined);
    await job.stop();
    await stream.delete();
  }
}

function percentiles(milliseconds: readonly number[]) {
  const at = (share: number): number | null => {
    const value = percentile(milliseconds, share);
    return Number.isFinite(value) ? Math.round(value) : null;
  };
  return { p50Milliseconds: at(0.5), p95Milliseconds: at(0.95), p99Milliseconds: at(0.99) };
}

/** The trips of the busiest zone: each counts as readable when the zone's document says as many. */
function busyZone({ search }: BenchServices) {
  const puts: number[] = [];
  let start: number | undefined;
  const readableTrips = async (): Promise<number> => {
    const [found] = await documents(search, BUSY_INDEX, [`${BUSY_ZONE}-${start ?? 0}`]);
    return found?._source?.trips ?? 0;
  };
  return {
    /** @param now the trip's event time, in milliseconds since the epoch */
    put(now: number): void {
      start ??= Math.floor(now / 1000 / BUSY_SLIDE_SECONDS) * BUSY_SLIDE_SECONDS;
      puts.push(performance.now());
    },
    /** The milliseconds from put to readable, of each trip that became readable until the signal. */
    async watch(signal: AbortSignal): Promise<number[]> {
      const milliseconds: number[] = [];
      let readable = await readableTrips();
      while (!signal.aborted) {
        const trips = await readableTrips();
        const now = performance.now();
        for (const putAt of puts.slice(readable, trips)) milliseconds.push(now - putAt);
        readable = Math.max(readable, trips);
        await delay(BUSY_SEARCH_MILLISECONDS);
      }
      return milliseconds;
    },
  };
}

/** Records that the job has read. Flink renews its figures on a request and answers with the last ones. */
async function renewedCount(flink: string): Promise<number> {
  await jobStatus(flink);
  await delay(RENEWAL_MILLISECONDS);
  const { recordsRead } = await jobStatus(flink);
  return recordsRead ?? 0;
}

/** Puts the probes, one from each zone to the airport, and looks for their documents until all are there. */
async function probed(
  { services, sample, probes }: LatencyOptions,
  stream: BenchStream,
): Promise<number[]> {
  const waiting = new Map<string, number>();
  const found: number[] = [];
  const puts = async (): Promise<number> => {
    for (const [number, zone] of ORIGINS.slice(0, probes).entries()) {
      const now = Date.now();
      const start = Math.floor(now / 1000 / WINDOW_SECONDS) * WINDOW_SECONDS;
      const trip = { ...tripAt(sample, number), pickupZone: zone, dropoffZone: AIRPORT.zone };
      waiting.set(`${AIRPORT.code}-${zone}-${start}`, performance.now());
      await stream.put([tripRecord(trip, now, number)]);
      await delay(PROBE_MILLISECONDS);
    }
    return performance.now() + PATIENCE_MILLISECONDS;
  };
  let deadline = Infinity;
  const search = async (): Promise<void> => {
    while (found.length < probes && performance.now() < deadline) {
      for (const { _id: id } of await documents(services.search, PROBE_INDEX, [
        ...waiting.keys(),
      ])) {
        const since = waiting.get(id);
        if (since !== undefined) found.push(performance.now() - since);
        waiting.delete(id);
      }
      await delay(SEARCH_MILLISECONDS);
    }
  };
  await Promise.all([puts().then((time) => (deadline = time)), search()]);
  return [...found, ...Array.from(waiting, () => Infinity)];
}

const answer = v.object({
  hits: v.object({
    hits: v.array(
      v.object({
        _id: v.string(),
        _source: v.optional(v.object({ trips: v.optional(v.number()) })),
      }),
    ),
  }),
});

async function documents(endpoint: string, index: string, ids: readonly string[]) {
  const response = await fetch(new URL(`/${index}/_search?ignore_unavailable=true`, endpoint), {
    method: "POST",
    body: JSON.stringify({ query: { ids: { values: ids } }, _source: ["trips"], size: ids.length }),
    headers: { "content-type": "application/json" },
  });
  // The index is being created.
  if (response.status === 503) return [];
  return parsed(answer, await response.json(), `The answer of ${endpoint}`).hits.hits;
}

function tripAt(sample: readonly SampleTrip[], number: number): SampleTrip {
  // A prime apart, so that neighbours are of different hours and zones.
  const trip = sample[(number * 7919) % sample.length];
  if (trip === undefined) throw new Error("The sample has no trips.");
  return trip;
}
