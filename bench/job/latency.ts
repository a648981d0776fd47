import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { fetchJson } from "../../local/status/http";
import { jobStatus } from "../../local/status/job-status";
import { percentile } from "../figures";
import type { BenchServices } from "./services";
import { BenchStream } from "./stream";
import { type SampleTrip, tripRecord } from "./trips";

const INDEX = "taxi-airport-origins";
/** The rarest airport: no trip of the background goes there, so that the documents of its origins are the probes'. */
const AIRPORT = { zone: 1, code: "EWR" };
const FOLDED = [57, 104, 105];
const ORIGINS = Array.from({ length: 263 }, (_, index) => index + 1).filter(
  (zone) => !FOLDED.includes(zone),
);
const WINDOW_SECONDS = 3600;

/** Time for the job's start and for Java to compile what is used most. */
const WARM_UP_MILLISECONDS = 10_000;
const PROBE_MILLISECONDS = 200;
const SEARCH_MILLISECONDS = 25;
const RENEWAL_MILLISECONDS = 2000;
const PATIENCE_MILLISECONDS = 30_000;

/** How many probes there can be: each needs a document of its own. */
export const MAX_PROBES = ORIGINS.length;

/** From the put of a trip to the search that finds its document, while others are put at a steady rate. */
export interface Latency {
  readonly sharePercent: number;
  /** What was to be put a second, and what was. */
  readonly eventsPerSecond: number;
  readonly putPerSecond: number;
  /** Events that were put when the last probe was found and that the job had not read RENEWAL_MILLISECONDS later. */
  readonly unread: number;
  readonly probes: number;
  /** Probes whose document was not found in time: they took longer than all others. */
  readonly unseen: number;
  /** Null where more probes are unseen than a percentile leaves out. */
  readonly p50Milliseconds: number | null;
  readonly p95Milliseconds: number | null;
  readonly p99Milliseconds: number | null;
}

export interface LatencyOptions {
  readonly services: BenchServices;
  readonly jar: string;
  readonly sample: readonly SampleTrip[];
  readonly sharePercent: number;
  readonly eventsPerSecond: number;
  readonly probes: number;
}

/** Measures at one rate. The event time of all trips is the time at which they are put, as on the street. */
export async function latency(options: LatencyOptions): Promise<Latency> {
  const { services, sharePercent, eventsPerSecond, probes } = options;
  const stream = await BenchStream.create(services.kinesis, `latency-${sharePercent}`);
  const job = await services.run(options.jar, stream.name);
  const others = options.sample.filter(({ dropoffZone }) => dropoffZone !== AIRPORT.zone);
  const end = new AbortController();
  const begun = performance.now();
  const background = stream.putSteadily(
    eventsPerSecond,
    (number) => tripRecord(tripAt(others, number), Date.now(), MAX_PROBES + number),
    end.signal,
  );
  try {
    await Promise.race([delay(WARM_UP_MILLISECONDS), background]);
    const milliseconds = await Promise.race([
      probed(options, stream),
      // It ends before only when a put fails.
      background.then((): number[] => []),
    ]);
    const { taken } = stream;
    const putPerSecond = Math.round((taken / (performance.now() - begun)) * 1000);
    const recordsRead = await renewedCount(job.flink);
    const at = (share: number): number | null => {
      const value = percentile(milliseconds, share);
      return Number.isFinite(value) ? Math.round(value) : null;
    };
    return {
      sharePercent,
      eventsPerSecond,
      putPerSecond,
      unread: Math.max(0, taken - recordsRead),
      probes,
      unseen: milliseconds.filter((value) => !Number.isFinite(value)).length,
      p50Milliseconds: at(0.5),
      p95Milliseconds: at(0.95),
      p99Milliseconds: at(0.99),
    };
  } finally {
    end.abort();
    await background.catch(() => undefined);
    await job.stop();
    await stream.delete();
  }
}

/** What the job has read: Flink renews its figures when it is asked for them, and answers with the last ones. */
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
      for (const id of await readable(services.search, [...waiting.keys()])) {
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

async function readable(endpoint: string, ids: readonly string[]): Promise<readonly string[]> {
  const { hits } = await fetchJson(
    endpoint,
    `/${INDEX}/_search?ignore_unavailable=true`,
    v.object({ hits: v.object({ hits: v.array(v.object({ _id: v.string() })) }) }),
    JSON.stringify({ query: { ids: { values: ids } }, _source: false, size: ids.length }),
  );
  return hits.hits.map(({ _id }) => _id);
}

function tripAt(sample: readonly SampleTrip[], number: number): SampleTrip {
  // A prime apart, so that neighbours are of different hours and zones.
  const trip = sample[(number * 7919) % sample.length];
  if (trip === undefined) throw new Error("The sample has no trips.");
  return trip;
}
