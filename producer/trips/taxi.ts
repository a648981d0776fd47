import { newYorkZone } from "../events/wall-clock";
import { isoSeconds, parseEventTime } from "../events/event-time";
import { type EventShape, movedEvent, type Workload } from "../events/workload";
import type { FileEvents } from "../files/event-files";
import { inputOptions, readInputs, recordedEvents } from "../files/input";
import { archivedEvents } from "../files/archived-events";
import { type RowDecoder, RowRejection, textOf } from "../files/rows";
import { StartError } from "../../cli/command";
import schema from "../schemas/trip.schema.json";
import { type Trip, tripEvent, TripRowReader } from "./trip-row";

/** Trips as events: what the stream carries of them is in schemas/trip.schema.json. */
export const tripShape: EventShape = {
  partitionKey: "pickupZone",
  requiredFields: schema.required,
  moved: (data, shiftMs, pass) =>
    movedEvent(data, ["pickupTime", "dropoffTime"], isoSeconds, shiftMs, pass),
};

/** Rows of the TLC's files and of extracts of them, and trips as the stream carries them. */
export const tripDecoder: RowDecoder = decoderIn(newYorkZone);

function decoderIn(zone: string): RowDecoder {
  return {
    noun: "trips",
    json: (text) => tripEvent(tripOf(text)),
    columns(header, file) {
      const archived = archivedTrips.rows(header, file);
      if (archived !== undefined) {
        return { read: (cells) => tripEvent(tripOf(archived(cells))) };
      }
      const reader = new TripRowReader(header, zone);
      if (reader.problems.length > 0) {
        throw new StartError(reader.problems.map((problem) => `${file}: ${problem}`));
      }
      return {
        read: (cells) => tripEvent(reader.read(cells.map(textOf))),
        time: { column: reader.timeColumn, of: (cell) => reader.timeOf(textOf(cell)) },
      };
    },
  };
}

export const taxi: Workload = {
  summary: "replays recorded taxi trips",
  heading: "Input",
  options: inputOptions,
  configure(values, range, problems) {
    const zone = (values["timeZone"] as string | undefined) ?? newYorkZone;
    return recordedEvents(
      tripShape,
      () => decoderIn(zone),
      values,
      range,
      problems,
      // Other instants are in another order, and others of them within the range.
      ({ fingerprint }) => (zone === newYorkZone ? fingerprint : `${fingerprint} ${zone}`),
    );
  },
};

/** Reads the trips of one file. @throws StartError when it cannot be read or has no trips */
export function readTrips(source: string): Promise<FileEvents> {
  return readInputs([source], tripDecoder);
}

type TripJson = Omit<Trip, "pickupTime" | "dropoffTime"> & {
  readonly pickupTime: string;
  readonly dropoffTime: string;
};

const archivedTrips = archivedEvents<TripJson>(
  schema,
  ["pickupBorough", "dropoffBorough", "durationSeconds"],
  isoSeconds,
);

function tripOf(text: string): Trip {
  const event = archivedTrips.parse(text);
  const pickupTime = parseEventTime(event.pickupTime);
  const dropoffTime = parseEventTime(event.dropoffTime);
  if (pickupTime === undefined || dropoffTime === undefined) {
    throw new RowRejection("invalid-time", "a time is no day or no hour of the calendar");
  }
  const trip = { ...event, pickupTime, dropoffTime };
  if (trip.dropoffTime <= trip.pickupTime) {
    throw new RowRejection("dropoff-not-after-pickup", "the drop-off is not after the pick-up");
  }
  return trip;
}
