import type { SchemaObject } from "ajv/dist/2020";
import { timeFormat } from "../../../producer/generic/time-format";
import { transformer } from "./transformer";

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

/** Entry point of the Lambda function that prepares events of any schema: rows as they are, partitioned by the UTC day of the event time. */
export const handler = transformer<Record<string, unknown>>({
  schema,
  archive: (event) => ({ row: event, partitionKeys: { day: dayOf(event) } }),
});

function dayOf(event: Readonly<Record<string, unknown>>): string {
  const value = timeField
    .split(".")
    .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null)?.[name], event);
  const milliseconds = time.parse(String(value));
  const day = milliseconds === undefined ? "" : new Date(milliseconds).toISOString();
  // Years beyond 9999 have a sign.
  if (!/^\d/.test(day)) throw new Error(`${timeField} is no event time`);
  return day.slice(0, 10);
}
