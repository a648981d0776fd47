import schema from "../../producer/schemas/trip.schema.json";
import { boroughFolder, boroughOf } from "./boroughs";
import { instant, transformer } from "../../infra/delivery/transform/transformer";

/** What of a trip the archive is arranged by; trip.schema.json has the rest. */
interface Trip {
  readonly pickupTime: string;
  readonly dropoffTime: string;
  readonly pickupZone: number;
  readonly dropoffZone: number;
}

/** Entry point of the Lambda function that prepares trips for the archive. */
export const handler = transformer<Trip>({
  schema,
  archive: (trip) => ({
    row: {
      ...trip,
      pickupBorough: boroughOf(trip.pickupZone),
      dropoffBorough: boroughOf(trip.dropoffZone),
      durationSeconds: (instant(trip.dropoffTime) - instant(trip.pickupTime)) / 1000,
    },
    partitionKeys: {
      // By day, not by hour: a fast replay passes hundreds of hours before a buffer is written, and Firehose keeps
      // 500 partitions open. https://docs.aws.amazon.com/firehose/latest/dev/limits.html
      day: trip.dropoffTime.slice(0, 10),
      borough: boroughFolder(trip.pickupZone),
    },
  }),
});
