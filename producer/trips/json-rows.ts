import { Ajv2020 } from "ajv/dist/2020";
import type { ValidateFunction } from "ajv";
import { parseEventTime } from "../events/event-time";
import type { InputFile } from "./input-file";
import { messageOf } from "./input-file";
import { lineBlocks } from "./lines";
import schema from "../schemas/trip.schema.json";
import type { Trip } from "./trip";
import type { InputRow } from "./trip-file";
import { RowRejection } from "./trip-row";

/** A trip as the stream carries it. */
type TripJson = Omit<Trip, "pickupTime" | "dropoffTime"> & {
  readonly pickupTime: string;
  readonly dropoffTime: string;
};

let validator: ValidateFunction<TripJson> | undefined;

/** The rows of a file that holds one event a line, as the stream carries it. */
export async function* jsonRows(file: InputFile): AsyncGenerator<InputRow[]> {
  let line = 0;
  for await (const lines of lineBlocks(await file.open())) {
    const rows: InputRow[] = [];
    for (const text of lines) {
      line += 1;
      if (text !== "") {
        rows.push({ line, text, trip: () => tripOf(text) });
      }
    }
    yield rows;
  }
}

function tripOf(text: string): Trip {
  validator ??= new Ajv2020().compile<TripJson>(schema);
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    throw new RowRejection("unparsable-row", messageOf(error));
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
