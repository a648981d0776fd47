import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { TableColumn } from "../storage/catalog-plane";

const compress = promisify(gzip);

/** An object's content, and which of its records could not become part of it. */
export interface Encoded {
  /** Nothing when no record is left. */
  readonly content: Buffer | undefined;
  /** Why, by the index of the record. */
  readonly rejected: ReadonlyMap<number, string>;
}

export type DeliveryFormat = (records: readonly Uint8Array[]) => Promise<Encoded>;

/** Records one after the other, each with the delimiter behind it. */
export function joined(delimiter: string, compression: "GZIP" | "UNCOMPRESSED"): DeliveryFormat {
  const end = Buffer.from(delimiter);
  return async (records) => {
    const content = Buffer.concat(records.flatMap((record) => [record, end]));
    return {
      content: compression === "GZIP" ? await compress(content) : content,
      rejected: new Map(),
    };
  };
}

/** JSON records as rows of Parquet with Snappy. @param columns of the table at the time of writing. */
export function parquet(columns: () => readonly TableColumn[]): DeliveryFormat {
  return (records) => {
    const table = columns().map((column) => ({ ...column, data: [] as unknown[] }));
    const rejected = new Map<number, string>();
    records.forEach((record, index) => {
      try {
        const row = rowOf(record);
        // First all, then none: a row is in every column or in none.
        const values = table.map(({ name, type }) => cell(name, type, row.get(name)));
        table.forEach(({ data }, column) => data.push(values[column]));
      } catch (error) {
        rejected.set(index, error instanceof Error ? error.message : String(error));
      }
    });
    if (rejected.size === records.length) return Promise.resolve({ content: undefined, rejected });
    const buffer = parquetWriteBuffer({
      columnData: table.map(({ name, type, data }) => ({
        name,
        data,
        type: parquetTypes[type] ?? "STRING",
        nullable: true,
      })),
      codec: "SNAPPY",
    });
    return Promise.resolve({ content: Buffer.from(buffer), rejected });
  };
}

/** Parquet's types by those of the Glue catalog. */
const parquetTypes: Readonly<
  Record<string, "STRING" | "INT64" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP">
> = {
  string: "STRING",
  bigint: "INT64",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
};

export const columnTypes: readonly string[] = Object.keys(parquetTypes);

/** Values by column; Firehose's deserializer takes keys in lower case. */
function rowOf(record: Uint8Array): ReadonlyMap<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(record).toString("utf8"));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("The record is no JSON object");
  }
  return new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item as unknown]));
}

function cell(name: string, type: string, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const converted = conversions[type]?.(value);
  if (converted === undefined) {
    throw new Error(`Column ${name} of type ${type} cannot hold ${JSON.stringify(value)}`);
  }
  return converted;
}

/** By column type, what makes a value of it; undefined when it is none. */
const conversions: Readonly<Record<string, (value: unknown) => unknown>> = {
  string: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
  bigint: (value) =>
    typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined,
  double: (value) => (typeof value === "number" ? value : undefined),
  boolean: (value) => (typeof value === "boolean" ? value : undefined),
  timestamp: (value) => {
    const time = typeof value === "string" ? new Date(value) : undefined;
    return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
  },
};
