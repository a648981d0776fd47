import type { SchemaObject } from "ajv/dist/2020";
import { timeFormat } from "../../../producer/generic/time-format";
import { type TransformEvent, type TransformedRecord, transformer } from "./transformer";

/** What the function is made for, a constant of its bundle. */
export interface ArchivedEvents {
  readonly schema: SchemaObject;
  /** Field with the event time; names joined by dots for nested fields. */
  readonly timeField: string;
  /** iso, seconds, millis, micros, nanos, or a pattern of Luxon's tokens. */
  readonly format: string;
  /** IANA time zone of times without one. */
  readonly timeZone: string;
}

declare const ARCHIVED_EVENTS: ArchivedEvents;

const { schema, timeField, format, timeZone } = ARCHIVED_EVENTS;
const time = timeFormat(format, timeZone);

const transform = transformer<Record<string, unknown>>({
  schema,
  archive: (event) => ({ row: event, partitionKeys: { day: dayOf(event) } }),
});

/** Entry point of the Lambda function that prepares events of any schema: rows as they are, partitioned by the UTC day of the event time. */
export async function handler(event: TransformEvent): Promise<{ records: TransformedRecord[] }> {
  const { records } = await transform(event);
  return {
    records: records.map((record, index) =>
      record.metadata?.partitionKeys["day"] === ""
        ? {
            recordId: record.recordId,
            result: "ProcessingFailed",
            data: event.records[index]?.data ?? "",
          }
        : record,
    ),
  };
}

/** Empty for an event without a valid time. */
function dayOf(event: Readonly<Record<string, unknown>>): string {
  const value = timeField
    .split(".")
    .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null)?.[name], event);
  const milliseconds = time.parse(String(value));
  return milliseconds === undefined ? "" : new Date(milliseconds).toISOString().slice(0, 10);
}
