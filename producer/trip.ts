import type { OutgoingRecord } from "./record";
import { outgoingRecord } from "./record";

/** A completed taxi trip; schemas/trip.schema.json says what each property means. */
export interface Trip {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly pickupTime: number;
  /** Milliseconds since the epoch: the event time. */
  readonly dropoffTime: number;
  readonly pickupZone: number;
  readonly dropoffZone: number;
  /** Undefined, and left out of the event, where the file does not say; so are those below. */
  readonly passengers: number | undefined;
  readonly distanceMiles: number | undefined;
  readonly fareUsd: number | undefined;
  readonly totalUsd: number | undefined;
}

/** An instant with second precision, such as 2019-03-01T18:00:00Z. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The trip as the stream carries it. */
export function tripRecord(trip: Trip, position: number): OutgoingRecord {
  const event = {
    ...trip,
    pickupTime: isoSeconds(trip.pickupTime),
    dropoffTime: isoSeconds(trip.dropoffTime),
  };
  const data = Buffer.from(JSON.stringify(event));
  return outgoingRecord(position, trip.dropoffTime, String(trip.pickupZone), data);
}
