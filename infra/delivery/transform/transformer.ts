import { Ajv2020, type ErrorObject, type SchemaObject } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { parseInstant } from "../../../producer/events/instant";
import { flatten, type Scalar } from "./flatten";

/** What Firehose sends to a transform: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export interface TransformEvent {
  readonly records: readonly { readonly recordId: string; readonly data: string }[];
}

/** What Firehose takes back: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html */
export interface TransformedRecord {
  readonly recordId: string;
  readonly result: "Ok" | "Dropped" | "ProcessingFailed";
  /** Base64. */
  readonly data: string;
  readonly metadata?: { readonly partitionKeys: Readonly<Record<string, string>> };
}

/** What an event becomes in the archive. */
export interface Archived {
  readonly row: Readonly<Record<string, unknown>>;
  /** Partition keys by name; each becomes a folder. */
  readonly partitionKeys: Readonly<Record<string, string>>;
}

export interface TransformerOptions<Event> {
  /** JSON Schema (2020-12) of an event. */
  readonly schema: SchemaObject;
  /** @throws Error when the event has no place in the archive; the message, which is logged, has no values of it. */
  readonly archive: (event: Event) => Archived;
}

/** What the function of the component Canary sends, as the job knows it. An event may begin with a field of that name. */
const canary = /^\{"canary":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}$/;

/** Reasons that one line of the log repeats. */
const loggedReasons = 10;

/**
 * Makes the handler of a Firehose transform: an event that conforms to the schema becomes a flat row with its partition
 * keys; a record without content and a canary are dropped; anything else has failed, and Firehose files it, as it came, under the
 * error prefix. A record never makes the others of its batch fail.
 */
export function transformer<Event extends object>({ schema, archive }: TransformerOptions<Event>) {
  const ajv = new Ajv2020({ allErrors: true });
  addFormats(ajv);
  const conforms = ajv.compile<Event>(schema);

  const transform = ({ recordId, data }: TransformEvent["records"][number]): Transformed => {
    const text = Buffer.from(data, "base64").toString("utf8");
    if (text.trim() === "" || canary.test(text)) {
      return { record: { recordId, result: "Dropped", data } };
    }
    const failed = (reason: string): Transformed => ({
      record: { recordId, result: "ProcessingFailed", data },
      reason,
    });
    const event = parse(text);
    if (event === undefined) return failed("not JSON");
    try {
      if (!conforms(event)) return failed(describe(conforms.errors ?? []));
      const { row, partitionKeys } = archive(event);
      return {
        record: {
          recordId,
          result: "Ok",
          data: encode(flatten(row)),
          metadata: { partitionKeys },
        },
      };
    } catch (error) {
      // Thousands of levels, for instance, are more than the stack holds.
      return failed(error instanceof Error ? error.message : String(error));
    }
  };

  return (event: TransformEvent): Promise<{ records: TransformedRecord[] }> => {
    const transformed = event.records.map(transform);
    const reasons = transformed.flatMap(({ reason }) => reason ?? []);
    if (reasons.length > 0) {
      console.warn({ failedRecords: reasons.length, reasons: reasons.slice(0, loggedReasons) });
    }
    return Promise.resolve({ records: transformed.map(({ record }) => record) });
  };
}

/** Milliseconds of a time. @throws Error when there is no such instant, which a pattern of its digits lets through */
export function instant(text: string): number {
  const time = parseInstant(text);
  if (time === undefined) throw new Error("a time does not exist");
  return time;
}

interface Transformed {
  readonly record: TransformedRecord;
  /** Why it failed. */
  readonly reason?: string;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encode(row: Readonly<Record<string, Scalar>>): string {
  return Buffer.from(JSON.stringify(row)).toString("base64");
}

/** Where and why, without the values: what came in may be anybody's, and logs are read by many. */
function describe(errors: readonly ErrorObject[]): string {
  return errors
    .map(({ instancePath, message }) => `${instancePath} ${String(message)}`.trim())
    .join("; ");
}
