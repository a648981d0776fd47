import { Ajv2020 } from "ajv/dist/2020";
import type { ValidateFunction } from "ajv";
import { newYorkZone } from "../events/wall-clock";
import { everything, isoSeconds, parseEventTime } from "../events/event-time";
import { type EventShape, movedEvent, type Workload } from "../events/workload";
import type { FileEvents } from "../files/event-files";
import { inputFrom, inputOptions, readInputs } from "../files/input";
import { messageOf } from "../files/input-place";
import { textOf } from "../files/parquet-rows";
import { type RowDecoder, RowRejection } from "../files/rows";
import { StartError } from "../../cli/command";
import schema from "../schemas/trip.schema.json";
import { type Trip, tripEvent } from "./trip";
import { TripRowReader } from "./trip-row";

/** Trips as events: what the stream carries of them is in schemas/trip.schema.json. */
export const tripShape: EventShape = {
  partitionKey: "pickupZone",
  requiredFields: schema.required,
  moved: (data, shiftMs, pass) =>
    movedEvent(data, ["pickupTime", "dropoffTime"], isoSeconds, shiftMs, pass),
};

/** Rows of the TLC's files and of extracts of them, and trips as the stream carries them. */
export const tripDecoder: RowDecoder = decoderIn(newYorkZone);

/** @param zone - IANA time zone of times that name none */
function decoderIn(zone: string): RowDecoder {
  return { noun: "trips", columns: columnsIn(zone), json: (text) => tripEvent(tripOf(text)) };
}

function columnsIn(zone: string): RowDecoder["columns"] {
  return (header, file) => {
    const archived = archivedTrip(header);
    if (archived !== undefined) {
      return (cells) => tripEvent(tripOf(archived(cells)));
    }
    const reader = new TripRowReader(header, zone);
    if (reader.problems.length > 0) {
      throw new StartError(reader.problems.map((problem) => `${file}: ${problem}`));
    }
    return (cells) => tripEvent(reader.read(cells.map(textOf)));
  };
}

/** The JSON of rows of the archive, whose columns are the event's properties in lower case and whose times are UTC. */
function archivedTrip(
  header: readonly string[],
): ((cells: readonly unknown[]) => string) | undefined {
  const names = header.map((name) => name.toLowerCase());
  const columns = Object.keys(schema.properties).map((name) => ({
    name,
    at: names.indexOf(name.toLowerCase()),
  }));
  if (columns.some(({ name, at }) => schema.required.includes(name) && at < 0)) {
    return undefined;
  }
  return (cells) => {
    const values = columns.flatMap(({ name, at }) => {
      const value = textOf(cells[at]);
      const isText = name === "id" || name.endsWith("Time");
      const time = `${value.slice(0, 19).replace(" ", "T")}Z`;
      return value === ""
        ? []
        : [[name, isText ? (name === "id" ? value : time) : Number(value)] as const];
    });
    return JSON.stringify(Object.fromEntries(values));
  };
}

/** Recorded taxi trips. */
export const taxi: Workload = {
  summary: "replays recorded taxi trips",
  heading: "Input",
  options: inputOptions,
  configure(values, range, problems) {
    const input = inputFrom(values, problems);
    const zone = (values["timeZone"] as string | undefined) ?? newYorkZone;
    return {
      ...tripShape,
      inputs: input.sources,
      isEndless: false,
      read: (outputs) => readInputs(input, decoderIn(zone), range, outputs),
    };
  },
};

/**
 * Reads the trips of one file.
 *
 * @param source - what --input takes
 * @throws StartError when it cannot be read or has no trips
 */
export function readTrips(source: string): Promise<FileEvents> {
  const input = { sources: [source], format: undefined, deadLetters: undefined };
  return readInputs(input, tripDecoder, everything);
}

/** A trip as the stream carries it. */
type TripJson = Omit<Trip, "pickupTime" | "dropoffTime"> & {
  readonly pickupTime: string;
  readonly dropoffTime: string;
};

/** What the transform of the archive adds to a trip. */
const addedByArchive = ["pickupBorough", "dropoffBorough", "durationSeconds"];

let validator: ValidateFunction<TripJson> | undefined;

function tripOf(text: string): Trip {
  validator ??= new Ajv2020().compile<TripJson>(schema);
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    throw new RowRejection("unparsable-row", messageOf(error));
  }
  if (typeof event === "object" && event !== null) {
    for (const name of addedByArchive) {
      Reflect.deleteProperty(event, name);
    }
  }
  if (!validator(event)) {
    const [problem] = validator.errors ?? [];
    const place = problem?.instancePath.slice(1) ?? "";
    const detail = [place, problem?.message].filter(Boolean).join(" ");
    throw new RowRejection("invalid-event", detail);
  }
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
