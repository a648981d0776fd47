import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Ajv, type AnySchemaObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { InvalidArgumentError, Option } from "commander";
import { StartError } from "../../cli/command";
import { isWritable } from "../events/event-time";
import type { SourceEvent } from "../events/record";
import type { EventShape, OptionValues, Reading, Workload } from "../events/workload";
import type { FileEvents } from "../files/event-files";
import { inputOptions, readInputs, recordedEvents } from "../files/input";
import { messageOf } from "../files/input-place";
import { type Cell, invalidEvent, parsedRow, type RowDecoder, RowRejection } from "../files/rows";
import { jsonOfCell, locate } from "./json-text";
import { isTimeFormat, namedFormats, timeFormat } from "./time-format";

export interface EventFields {
  /** Field that holds the event time; names joined by dots for nested fields. */
  readonly eventTimeField: string;
  /** iso, seconds, millis, micros, nanos, or a pattern of luxon's tokens. @default iso */
  readonly eventTimeFormat?: string | undefined;
  /** IANA time zone of times that name none. @default UTC */
  readonly timeZone?: string | undefined;
  /** Field that is the partition key; names joined by dots for nested fields. */
  readonly keyField: string;
  /** File of a JSON Schema that every event must keep to. @default none */
  readonly schema?: string | undefined;
  /** Largest record that the stream takes, in KiB: partition key and data. @default unlimited */
  readonly maxRecordKib?: number | undefined;
}

/** Characters of a partition key: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html */
const longestKey = 256;

/** Events of any kind, sent exactly as they are in the files; rows of a table become JSON objects. */
export const events: Workload = {
  summary: "sends JSON lines, CSV or Parquet of any kind, each event as it is",
  heading: "Events of any kind (--workload events)",
  options: () => [
    ...inputOptions(),
    new Option("--event-time-field <path>", "field with the event time, such as meta.at"),
    new Option(
      "--event-time-format <format>",
      `${namedFormats.join(", ")} (since 1970), or a pattern such as "MM/dd/yyyy HH:mm:ss"`,
    )
      .argParser(formatOption)
      .default("iso"),
    new Option("--key-field <path>", "field that is the partition key, such as device.id"),
    new Option("--schema <file>", "JSON Schema; events that do not match are rejected"),
  ],
  configure(values: OptionValues, range, problems) {
    const fields = values as unknown as EventFields;
    const decoder = () => eventDecoder(fields);
    const recorded = recordedEvents(
      eventShape(fields),
      decoder,
      values,
      range,
      problems,
      (reading) => fingerprintOf(reading, fields),
    );
    for (const [name, option] of [
      ["eventTimeField", "event-time-field"],
      ["keyField", "key-field"],
    ] as const) {
      if (values[name] === undefined) {
        problems.push(`--${option} is missing; name a field of the events`);
      }
    }
    return recorded;
  },
};

/** Reads events of any kind, sorted by event time. @throws StartError when there are none */
export function readEvents(sources: readonly string[], fields: EventFields): Promise<FileEvents> {
  return readInputs(sources, eventDecoder(fields));
}

/** How events of these fields are moved in time; everything else in them stays the same. */
export function eventShape(fields: EventFields): EventShape {
  const { eventTimeField, eventTimeFormat = "iso", timeZone = "UTC", keyField } = fields;
  const format = timeFormat(eventTimeFormat, timeZone);
  return {
    partitionKey: keyField,
    requiredFields: [],
    moved(data, shiftMs) {
      const text = Buffer.from(data).toString();
      const span = locate(text, eventTimeField);
      if (span === undefined || shiftMs === 0) {
        return data;
      }
      const raw = text.slice(span.start, span.end);
      const moved = format.moved(scalar(raw) ?? "", shiftMs);
      const written = raw.startsWith('"') ? JSON.stringify(moved) : moved;
      return Buffer.from(text.slice(0, span.start) + written + text.slice(span.end));
    },
  };
}

/** Other fields give the same rows other times, or reject others, and with them there are other positions. */
function fingerprintOf({ fingerprint }: Reading, fields: EventFields): string {
  const { eventTimeField, eventTimeFormat, timeZone, keyField, schema, maxRecordKib } = fields;
  const rules = schema === undefined ? {} : { schema: readFileSync(schema, "utf8") };
  const times = [eventTimeField, eventTimeFormat, timeZone];
  const text = JSON.stringify([fingerprint, times, keyField, rules, maxRecordKib]);
  return createHash("sha256").update(text).digest("hex");
}

function eventDecoder(fields: EventFields): RowDecoder {
  const { eventTimeField, eventTimeFormat = "iso", timeZone = "UTC", keyField } = fields;
  const format = timeFormat(eventTimeFormat, timeZone);
  const largest = (fields.maxRecordKib ?? Infinity) * 1024;
  const check = fields.schema === undefined ? () => undefined : schemaCheck(fields.schema);
  const fieldOf = (text: string, field: string) => {
    const span = locate(text, field);
    const value = span === undefined ? undefined : scalar(text.slice(span.start, span.end));
    if (value === undefined) {
      throw new RowRejection("missing-field", `${field} is no text and no number`);
    }
    return value;
  };
  const json = (text: string): SourceEvent => {
    check(objectOf(text));
    const time = fieldOf(text, eventTimeField);
    const eventTime = format.parse(time);
    if (eventTime === undefined || !isWritable(eventTime)) {
      const detail = `${eventTimeField} is ${time}; expected ${eventTimeFormat}`;
      throw new RowRejection("invalid-time", detail);
    }
    const partitionKey = fieldOf(text, keyField);
    if (partitionKey === "" || partitionKey.length > longestKey) {
      const detail = `${keyField} has ${partitionKey.length} characters; expected 1 to ${longestKey}`;
      throw new RowRejection("invalid-key", detail);
    }
    if (/\p{Surrogate}/u.test(partitionKey)) {
      throw new RowRejection("invalid-key", `${keyField} has half of a surrogate pair`);
    }
    const data = Buffer.from(text);
    const bytes = data.length + Buffer.byteLength(partitionKey);
    if (bytes > largest) {
      const detail = `the event and its key have ${bytes} bytes; the stream takes ${largest}, as --max-record-kib has it`;
      throw new RowRejection("too-large", detail);
    }
    return { eventTime, partitionKey, data };
  };
  return {
    noun: "events",
    json,
    columns(header, file, isTyped) {
      const missing = [eventTimeField, keyField].filter(
        (field) => !header.includes(field) && !header.includes(field.split(".")[0] ?? ""),
      );
      if (missing.length > 0) {
        const found = header.join(", ");
        throw new StartError([
          `${file}: missing columns: ${missing.join(", ")}; columns found: ${found}`,
        ]);
      }
      const isRepeated = header.find((name, at) => name !== "" && header.indexOf(name) < at);
      if (isRepeated !== undefined) {
        throw new StartError([`${file}: two columns are named ${isRepeated}; rename one of them`]);
      }
      // Indices of data frames and delimiters at the ends of lines have no names.
      const names = header.map((name, at) => JSON.stringify(name || `column${at + 1}`));
      const read = (cells: readonly Cell[]) => {
        if (cells.length !== names.length) {
          const detail = `${cells.length} fields; the header has ${names.length}`;
          throw new RowRejection("unparsable-row", detail);
        }
        const members = cells.map((cell, at) => `${names[at] ?? ""}:${jsonOfCell(cell, isTyped)}`);
        return json(`{${members.join(",")}}`);
      };
      const column = header.lastIndexOf(eventTimeField);
      const of = (cell: Cell) => {
        const text = scalar(jsonOfCell(cell, isTyped));
        return text === undefined ? undefined : format.parse(text);
      };
      return column < 0 ? { read } : { read, time: { column, of } };
    },
  };
}

/** The text of a JSON string, number or boolean, digits unchanged; undefined for anything else. */
function scalar(raw: string): string | undefined {
  if (raw.startsWith('"')) {
    return JSON.parse(raw) as string;
  }
  return /^(-?\d|true$|false$)/.test(raw) ? raw : undefined;
}

function objectOf(text: string): unknown {
  const value = parsedRow(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RowRejection("unparsable-row", "the row is no JSON object");
  }
  return value;
}

function schemaCheck(path: string): (event: unknown) => void {
  try {
    const schema = JSON.parse(readFileSync(path, "utf8")) as AnySchemaObject;
    const isOlder = /draft-0[67]/.test(schema.$schema ?? "");
    const ajv = new (isOlder ? Ajv : Ajv2020)({ strict: false });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    return (event) => {
      if (!validate(event)) {
        throw invalidEvent(validate.errors);
      }
    };
  } catch (error) {
    throw new StartError([`--schema ${path} cannot be used: ${messageOf(error)}`]);
  }
}

function formatOption(text: string): string {
  if (!isTimeFormat(text)) {
    throw new InvalidArgumentError(
      `It must be ${namedFormats.join(", ")}, or a pattern with a date such as MM/dd/yyyy HH:mm:ss.`,
    );
  }
  return text;
}
