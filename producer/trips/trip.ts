import { isoSeconds } from "../events/event-time";
import type { SourceEvent } from "../events/record";

/** A completed taxi trip; schemas/trip.schema.json says what each property means. */
export interface Trip {
  readonly id: string;
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

export function tripEvent(trip: Trip): SourceEvent {
  const event = {
    ...trip,
    pickupTime: isoSeconds(trip.pickupTime),
    dropoffTime: isoSeconds(trip.dropoffTime),
  };
  return {
    eventTime: trip.dropoffTime,
    partitionKey: String(trip.pickupZone),
    data: Buffer.from(JSON.stringify(event)),
  };
}
