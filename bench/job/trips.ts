import { isoSeconds } from "../../producer/events/event-time";
import { readTrips } from "../../producer/trips/taxi";

/** Places in the sample, before and after its own, that the copies of a trip are spread over: half an hour or so. */
const SPREAD = 208;
/** Prime to the number of those places, so that all are taken and neighbours are of different zones. */
const STRIDE = 97;
/** Copies are out of order by less than this. */
const DISORDER_SECONDS = 25;
export const DAY_SECONDS = 86_400;
const FIRST_DAY = Date.parse("2019-03-01T00:00:00Z");

/** A trip of the sample without the day on which it was. */
export interface SampleTrip {
  /** Seconds since midnight, UTC. */
  readonly dropoffSecond: number;
  readonly seconds: number;
  readonly pickupZone: number;
  readonly dropoffZone: number;
  /** Left out of the event where the file has no value. */
  readonly others: {
    readonly passengers?: number | undefined;
    readonly distanceMiles?: number | undefined;
    readonly fareUsd?: number | undefined;
    readonly totalUsd?: number | undefined;
  };
}

export interface TripRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

type TripEvent = Pick<SampleTrip, "pickupZone" | "dropoffZone"> &
  SampleTrip["others"] & { readonly pickupTime: string };

export async function sampleTrips(file: string): Promise<SampleTrip[]> {
  const { source } = await readTrips(file);
  return [...source.events()]
    .map(({ data, eventTime }) => {
      const event = JSON.parse(Buffer.from(data).toString()) as TripEvent;
      const { pickupZone, dropoffZone, passengers, distanceMiles, fareUsd, totalUsd } = event;
      return {
        dropoffSecond: (eventTime / 1000) % DAY_SECONDS,
        seconds: (eventTime - Date.parse(event.pickupTime)) / 1000,
        pickupZone,
        dropoffZone,
        others: { passengers, distanceMiles, fareUsd, totalUsd },
      };
    })
    .sort((a, b) => a.dropoffSecond - b.dropoffSecond);
}

/** The sample day after day, in time order to half a minute; each trip `copiesADay` times, with its own id. */
export function* backlog(
  sample: readonly SampleTrip[],
  copiesADay: number,
  count: number,
): Generator<TripRecord> {
  const places = sample.length * copiesADay;
  for (let index = 0; index < count; index++) {
    const place = index % places;
    const copy = place % copiesADay;
    const slot = Math.floor(place / copiesADay);
    const shift = ((copy * STRIDE) % (2 * SPREAD + 1)) - SPREAD;
    const [trip, time] = [sample.at((slot + shift) % sample.length), sample[slot]];
    if (trip === undefined || time === undefined) throw new Error("The sample has no trips.");
    const second = Math.floor(index / places) * DAY_SECONDS + time.dropoffSecond;
    yield tripRecord(trip, FIRST_DAY + (second + (copy % DISORDER_SECONDS)) * 1000, index);
  }
}

/** @param number unique per trip of a stream */
export function tripRecord(trip: SampleTrip, dropoffTime: number, number: number): TripRecord {
  const event = {
    id: number.toString(16).padStart(32, "0"),
    pickupTime: isoSeconds(dropoffTime - trip.seconds * 1000),
    dropoffTime: isoSeconds(dropoffTime),
    pickupZone: trip.pickupZone,
    dropoffZone: trip.dropoffZone,
    ...trip.others,
  };
  return { partitionKey: String(trip.pickupZone), data: Buffer.from(JSON.stringify(event)) };
}
