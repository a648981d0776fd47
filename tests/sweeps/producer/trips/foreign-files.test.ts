import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import {
  type CompressionCodec,
  type DecodedArray,
  type Encoding,
  parquetMetadata,
  type SchemaElement,
} from "hyparquet";
import { type BasicType, ByteWriter, parquetWriteBuffer } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { StartError } from "../../../../cli/command";
import { parseOptions } from "../../../../producer/command/options";

const names = "pickup_datetime,dropoff_datetime,PULocationID,DOLocationID";
const trip = "2019-03-01 12:00:00,2019-03-01 12:10:00,143,238";
const sent = ["143 2019-03-01T17:00:00Z 2019-03-01T17:10:00Z"];
const tripEvent = {
  id: "0123456789abcdef0123456789abcdef",
  pickupTime: "2019-03-01T17:00:00Z",
  dropoffTime: "2019-03-01T17:10:00Z",
  pickupZone: 143,
  dropoffZone: 238,
};
const json = JSON.stringify(tripEvent);
const archived = JSON.stringify({
  ...tripEvent,
  pickupBorough: "Manhattan",
  dropoffBorough: "Manhattan",
  durationSeconds: 600,
});
const failed = JSON.stringify({
  attemptsMade: 4,
  arrivalTimestamp: 1551459600000,
  errorCode: "Lambda.FunctionError",
  errorMessage: "The Lambda function returned an error",
  rawData: Buffer.from(json).toString("base64"),
});
const times = (pickup: string, dropoff: string) => `${names}\n${pickup},${dropoff},143,238`;
const optional = (column: string, value: string) => `${names},${column}\n${trip},${value}`;

/** A column of Parquet with times as a program writes them. */
function parquet(
  columns: readonly { name: string; data: unknown[]; element: Omit<SchemaElement, "name"> }[],
  codec: CompressionCodec = "SNAPPY",
  compress?: (content: Uint8Array) => Uint8Array,
): Buffer {
  const schema: SchemaElement[] = [
    { name: "root", num_children: columns.length },
    ...columns.map(({ name, element }) => ({
      name,
      repetition_type: "OPTIONAL" as const,
      ...element,
    })),
  ];
  const columnData = columns.map(({ name, data }) => ({ name, data }));
  const compressors = compress === undefined ? {} : { [codec]: compress };
  return Buffer.from(parquetWriteBuffer({ columnData, schema, codec, compressors }));
}

/** A block of LZ4 that holds its content as it is. */
function lz4Raw(content: Uint8Array): Uint8Array {
  const rest = content.length - 15;
  const length = rest < 0 ? [] : [...Array<number>(Math.floor(rest / 255)).fill(255), rest % 255];
  return Buffer.from([Math.min(content.length, 15) << 4, ...length, ...content]);
}

/** The same as Hadoop frames it: behind the sizes of the content and of the block. */
function lz4Hadoop(content: Uint8Array): Uint8Array {
  const block = lz4Raw(content);
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(content.length, 0);
  sizes.writeUInt32BE(block.length, 4);
  return Buffer.concat([sizes, block]);
}

/** A time of INT96: nanoseconds of the day, and the Julian day. */
function int96(time: string): Uint8Array {
  const ms = Date.parse(time);
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64LE(BigInt(ms % 86_400_000) * 1_000_000n, 0);
  bytes.writeUInt32LE(Math.floor(ms / 86_400_000) + 2_440_588, 8);
  return bytes;
}

/** Parquet whose columns of twelve bytes are INT96, which the writer does not know but in the file's metadata. */
function withInt96(file: Buffer): Buffer {
  const metadata = parquetMetadata(new Uint8Array(file).buffer);
  const length = file.readUInt32LE(file.length - 8);
  for (const element of metadata.schema) {
    if (element.type_length === 12) {
      element.type = "INT96";
      delete element.type_length;
    }
  }
  for (const { meta_data } of metadata.row_groups.flatMap(({ columns }) => columns)) {
    if (meta_data?.type === "FIXED_LEN_BYTE_ARRAY") {
      meta_data.type = "INT96";
      delete meta_data.statistics;
    }
  }
  const writer = new ByteWriter();
  writeMetadata(writer, metadata);
  return Buffer.concat([
    file.subarray(0, file.length - 8 - length),
    writer.getBytes(),
    Buffer.from("PAR1"),
  ]);
}

const micros = (isAdjustedToUTC: boolean) => ({
  type: "INT64" as const,
  logical_type: { type: "TIMESTAMP" as const, isAdjustedToUTC, unit: "MICROS" as const },
});
const integers = { type: "INT32" as const };
const zones = [
  { name: "PULocationID", data: [143], element: integers },
  { name: "DOLocationID", data: [238], element: integers },
];
const parquetTimes = (isUtc: boolean) => [
  {
    name: "tpep_pickup_datetime",
    data: [new Date(`2019-03-01T${isUtc ? 17 : 12}:00:00Z`)],
    element: micros(isUtc),
  },
  {
    name: "tpep_dropoff_datetime",
    data: [new Date(`2019-03-01T${isUtc ? 17 : 12}:10:00Z`)],
    element: micros(isUtc),
  },
];
const text = { type: "BYTE_ARRAY" as const, converted_type: "UTF8" as const };
const twelve = { type: "FIXED_LEN_BYTE_ARRAY" as const, type_length: 12 };

interface Case {
  readonly title: string;
  readonly content: string | Uint8Array;
  readonly name?: string;
  readonly args?: readonly string[];
  /** Zone and times of each trip that is sent, each event of another kind, or a part of the message. */
  readonly expected: readonly string[] | RegExp;
}

const utf16 = (content: string) => Buffer.from(`\ufeff${content}`, "utf16le");
const withTimes = (title: string, pickup: string, dropoff: string, at = sent): Case => ({
  title: `times: ${title}`,
  content: times(pickup, dropoff),
  expected: at,
});
const withOptional = (column: string, value: string): Case => ({
  title: `optional: ${column} of ${value === "" ? "nothing" : value}`,
  content: optional(column, value),
  expected: sent,
});
const refusedTime = (value: string): Case => ({
  title: `refused time: ${value}`,
  content: times(value, "2019-03-01 12:10:00"),
  expected: /no trips to send in 1 rows \(invalid-time: 1, as line 2: pickupTime is /,
});
/** A file of events of any kind, which have an `at` and a `key`. */
const anyEvents = (
  title: string,
  name: string,
  content: string | Uint8Array,
  expected: Case["expected"],
  ...args: string[]
): Case => ({
  title: `events: ${title}`,
  name,
  content,
  args: ["--workload", "events", "--event-time-field", "at", "--key-field", "key", ...args],
  expected,
});
const atNoon = '"at":"2019-03-01T12:00:00Z"';
const event = `{${atNoon},"key":"a"}`;
/** Parquet with a column besides those of an event. */
const withColumn = (data: unknown, element: Omit<SchemaElement, "name">) =>
  parquet([
    { name: "at", data: [new Date("2019-03-01T12:00:00Z")], element: micros(true) },
    { name: "key", data: ["a"], element: text },
    { name: "x", data: [data], element },
  ]);
const decimalOf = (type: "INT32" | "INT64" | "FIXED_LEN_BYTE_ARRAY") => ({
  type,
  converted_type: "DECIMAL" as const,
  scale: 2,
  precision: 38,
  ...(type === "FIXED_LEN_BYTE_ARRAY" && { type_length: 16 }),
});
const encoded = (title: string, encoding: Encoding, data: DecodedArray, type: BasicType): Case => ({
  title: `Parquet: values with the encoding ${title}`,
  name: "a.parquet",
  content: Buffer.from(
    parquetWriteBuffer({
      columnData: [
        ...[...parquetTimes(false), ...zones].map((each) => ({
          name: each.name,
          data: Array.from(data, () => each.data[0]),
        })),
        { name: "x", data, type, encoding },
      ],
    }),
  ),
  expected: Array.from(data, () => sent[0] ?? ""),
});
const compressed = (title: string, bytes: readonly number[], expected: RegExp): Case => ({
  title: `compression: ${title}`,
  content: Buffer.from([...bytes, 0, 0, 0, 0]),
  expected,
});

const cases: readonly Case[] = [
  withTimes("seconds", "2019-03-01 12:00:00", "2019-03-01 12:10:00"),
  withTimes("with T", "2019-03-01T12:00:00", "2019-03-01T12:10:00"),
  withTimes("milliseconds", "2019-03-01 12:00:00.000", "2019-03-01 12:10:00.999"),
  withTimes("microseconds", "2019-03-01 12:00:00.000000", "2019-03-01 12:10:00.123456"),
  withTimes("nanoseconds", "2019-03-01 12:00:00.000000000", "2019-03-01 12:10:00.000000001"),
  withTimes("Z", "2019-03-01T17:00:00Z", "2019-03-01T17:10:00Z"),
  withTimes("Z and milliseconds", "2019-03-01T17:00:00.000Z", "2019-03-01T17:10:00.500Z"),
  withTimes("an offset", "2019-03-01T12:00:00-05:00", "2019-03-01T18:10:00+01:00"),
  withTimes("an offset without colon", "2019-03-01 12:00:00-0500", "2019-03-01 12:10:00-0500"),
  withTimes("US, 12 hours", "03/01/2019 12:00:00 PM", "03/01/2019 12:10:00 PM"),
  withTimes("US, short", "3/1/2019 12:00:00 PM", "3/1/2019 12:10:00 pm"),
  withTimes("US, 24 hours", "03/01/2019 12:00:00", "03/01/2019 12:10:00"),
  withTimes("US, without seconds", "3/1/2019 12:00", "3/1/2019 12:10"),
  ...(
    [
      ["basic format of ISO 8601", "20190301T120000", "20190301T121000"],
      ["weeks of ISO 8601", "2019-W09-5T12:00:00", "2019-W09-5T12:10:00"],
      ["days of the year", "2019-060T12:00:00", "2019-060T12:10:00"],
      ["without seconds", "2019-03-01 12:00", "2019-03-01T12:10"],
      ["UTC by name", "2019-03-01 17:00:00 UTC", "2019-03-01 17:10:00GMT"],
      ["t and z", "2019-03-01t17:00:00z", "2019-03-01t17:10:00z"],
      ["an offset of hours", "2019-03-01 12:00:00-05", "2019-03-01 12:10:00 -05"],
      ["an offset after a space", "2019-03-01 12:00:00 -05:00", "2019-03-01 17:10:00 +0000"],
      [
        "a named zone after an offset",
        "2019-03-01T12:00-05:00[America/New_York]",
        "2019-03-01 12:10",
      ],
      ["slashes, year first", "2019/03/01 12:00:00", "2019/3/1 12:10"],
      ["few digits", "2019-3-1 12:00:00", "2019-3-1 12:10:00"],
      ["half of the day", "2019-03-01 12:00:00 PM", "2019-03-01 12:10:00pm"],
      ["US, dots", "3/1/2019 12:00 p.m.", "3/1/2019 12:10 p.m."],
      ["US, milliseconds", "03/01/2019 12:00:00.000", "03/01/2019 12:10:00.999"],
      ["US, a comma", '"3/1/2019, 12:00:00 PM"', '"3/1/2019, 12:10:00 PM"'],
      ["a comma before the fraction", '"2019-03-01 12:00:00,5"', '"2019-03-01 12:10:00,123"'],
      ["several spaces", "  2019-03-01  12:00:00 ", "2019-03-01\u00a012:10:00"],
    ] as const
  ).map(([title, pickup, dropoff]) => withTimes(title, pickup, dropoff)),
  withTimes("midnight in US", "03/01/2019 12:00:00 AM", "03/01/2019 12:10:00 AM", [
    "143 2019-03-01T05:00:00Z 2019-03-01T05:10:00Z",
  ]),
  withTimes("over the end of summer time", "2019-11-03 01:50:00", "2019-11-03 01:10:00", [
    "143 2019-11-03T05:50:00Z 2019-11-03T06:10:00Z",
  ]),
  withTimes("within the hour that is repeated", "2019-11-03 01:10:00", "2019-11-03 01:50:00", [
    "143 2019-11-03T05:10:00Z 2019-11-03T05:50:00Z",
  ]),
  withTimes("in the hour that is skipped", "2019-03-10 01:50:00", "2019-03-10 02:10:00", [
    "143 2019-03-10T06:50:00Z 2019-03-10T07:10:00Z",
  ]),
  {
    title: "times: of another zone",
    content: times("2019-03-01 18:00:00", "2019-03-01 18:10:00"),
    args: ["--time-zone", "Europe/Paris"],
    expected: sent,
  },
  {
    title: "times: end before the start outside of the repeated hour",
    content: times("2019-11-03 03:50:00", "2019-11-03 03:10:00"),
    expected: /dropoff-not-after-pickup: 1, as line 2: the drop-off is 2400 s before/,
  },
  refusedTime("yesterday"),
  refusedTime("2019-02-30 12:00:00"),
  refusedTime("13/13/2019 12:00:00"),
  refusedTime("2019-03-01 24:00:00"),
  refusedTime("1551459600"),
  refusedTime("1551459600000"),
  refusedTime("43525.5"),
  refusedTime("2019-03-01"),
  refusedTime("2016-12-31 18:59:60"),
  refusedTime("9999-12-31 23:00:00"),
  refusedTime("13/03/2019 12:00:00"),
  refusedTime("01.03.2019 12:00:00"),
  refusedTime("Mar 1 2019 12:00PM"),
  ...["", "NULL", "null", "\\N", "NaN", "nan", "None", "N/A", "NA", "#N/A", "<NA>", "nil", "-"].map(
    (value) => withOptional("passenger_count", value),
  ),
  ...["", "NULL", "\\N", "NaN"].map((value) => withOptional("fare_amount", value)),
  withOptional("trip_miles", "2.41"),
  withOptional("base_passenger_fare", "9.35"),
  withOptional("Store_and_fwd_flag", "Ünïcödé"),
  {
    title: "optional: a number with a decimal comma",
    content: optional("fare_amount", '"6,5"'),
    expected: /invalid-number: 1, as line 2: fareUsd is 6,5; expected a number/,
  },
  ...["1,234.50", "$6.50", "inf"].map((value) => ({
    title: `optional: a fare of ${value}`,
    content: optional("fare_amount", `"${value}"`),
    expected: /invalid-number: 1, as line 2: fareUsd is .*; expected a number/,
  })),
  {
    title: "required: a zone of NULL",
    content: `${names}\n2019-03-01 12:00:00,2019-03-01 12:10:00,NULL,238`,
    expected: /missing-field: 1, as line 2: pickupZone is empty/,
  },
  {
    title: "required: zone 0",
    content: `${names}\n2019-03-01 12:00:00,2019-03-01 12:10:00,0,238`,
    expected: /invalid-zone: 1, as line 2: pickupZone is 0; expected an integer from 1 to 265/,
  },
  ...(
    [
      ["semicolons", ";"],
      ["tabs", "\t"],
      ["bars", "|"],
      ["Hive's control characters", "\u0001"],
      ["carets", "^"],
      ["tildes", "~"],
    ] as const
  ).map(([title, delimiter]) => ({
    title: `layout: ${title}`,
    content: `${names}\n${trip}`.replaceAll(",", delimiter),
    expected: sent,
  })),
  {
    title: "layout: quoted semicolons",
    content: `${names},note\n${trip},"a;b"`.replaceAll(",", ";"),
    expected: sent,
  },
  { title: "layout: CRLF", content: `${names}\r\n${trip}\r\n`, expected: sent },
  {
    title: "layout: names in capitals",
    content: `${names.toUpperCase()}\n${trip}`,
    expected: sent,
  },
  {
    title: "layout: names in words",
    content: ` Pickup DateTime ,Drop-off Datetime,PU Location ID,do_location_id\n${trip}`,
    expected: sent,
  },
  {
    title: "layout: names with quotes after a mark",
    content: `\ufeff"${names.replaceAll(",", '","')}"\n"${trip.replaceAll(",", '","')}"`,
    expected: sent,
  },
  {
    title: "layout: no header",
    content: `${trip}\n${trip}`,
    expected: /missing columns: .*; columns found: 2019-03-01 12:00:00, /,
  },
  {
    title: "layout: comments before the header",
    content: `# made by a program, version 2\n#\n#again\n${names}\n${trip}`,
    expected: sent,
  },
  {
    title: "layout: delimiters at the ends of the lines",
    content: `${names},\n${trip},\n`,
    expected: sent,
  },
  {
    title: "layout: quotes behind a backslash",
    content: `${names},note\n${trip},"a \\" b"`,
    expected: sent,
  },
  {
    title: "layout: rows that lack fields",
    content: `${names},fare_amount,tip_amount\n${trip}`,
    expected: /unparsable-row: 1, as line 2: 4 fields; the header has 6/,
  },
  {
    title: "layout: three kinds of line ends",
    content: `${names}\r\n${trip}\r${trip}\n${trip}\r\r\n${trip}`,
    expected: [...sent, ...sent, ...sent, ...sent],
  },
  {
    title: "layout: what DOS and crashed programs leave at the end",
    content: `${names}\r\n${trip}\r\n\u001a`,
    expected: sent,
  },
  {
    title: "layout: quoted names",
    content: `"${names.replaceAll(",", '","')}"\n${trip}`,
    expected: sent,
  },
  {
    title: "layout: spaces in the header",
    content: `${names.replaceAll(",", " , ")}\n${trip}`,
    expected: sent,
  },
  {
    title: "layout: high-volume for-hire",
    content:
      "hvfhs_license_num,dispatching_base_num,request_datetime,pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,trip_miles\n" +
      "HV0003,B02764,2019-03-01 11:58:00,2019-03-01 12:00:00,2019-03-01 12:10:00,143,238,1.2",
    expected: sent,
  },
  {
    title: "layout: for-hire of 2015",
    content:
      "dispatching_base_num,Pickup_DateTime,DropOff_datetime,PUlocationID,DOlocationID,SR_Flag\n" +
      "B00013,2019-03-01 12:00:00,2019-03-01 12:10:00,143,238,",
    expected: sent,
  },
  {
    title: "layout: a missing column",
    content: "pickup_datetime,PULocationID,DOLocationID\n",
    expected: /missing columns: dropoff_datetime or .*; columns found: pickup_datetime/,
  },
  { title: "encoding: UTF-8 with a mark", content: `\ufeff${names}\n${trip}`, expected: sent },
  {
    title: "encoding: UTF-16, little end first",
    content: utf16(`${names}\n${trip}`),
    expected: sent,
  },
  {
    title: "encoding: UTF-16, big end first",
    content: utf16(`${names}\n${trip}`).swap16(),
    expected: sent,
  },
  {
    title: "encoding: UTF-16 without a mark",
    content: utf16(`${names}\n${trip}`).subarray(2),
    expected: sent,
  },
  {
    title: "encoding: UTF-16 without a mark, big end first",
    content: utf16(`${names}\n${trip}`).swap16().subarray(2),
    expected: sent,
  },
  {
    title: "encoding: Latin-1",
    content: Buffer.from(`${names},note\n${trip},Caf\u00e9 M\u00fcller`, "latin1"),
    expected: sent,
  },
  {
    title: "layout: a quoted line break",
    content: `${names},note\n${trip},"one\ntwo"\n${trip},three\n`,
    expected: [...sent, ...sent],
  },
  {
    title: "layout: quoted line breaks in every row and the header",
    content: `${names},"note\r\nto the trip"\r\n${trip},"a ""b""\r\n\r\nc"\r\n${trip},"d\r\ne"`,
    expected: [...sent, ...sent],
  },
  {
    title: "layout: stray quotes before and after whole rows",
    content: `${names},note\n${trip},"\n${trip},\n${trip},\n${trip},"\n`,
    expected: [...sent, ...sent],
  },
  ...["sep=;", "SEP=;\r", "\ufeffsep=;"].map((line) => ({
    title: `layout: Excel's ${JSON.stringify(line)} and decimal commas`,
    content: `${line}\n${names};fare_amount\n${trip};6,5`.replace(/,(?!5$)/g, ";"),
    expected: sent,
  })),
  {
    title: "layout: semicolons with commas in a quoted name",
    content:
      `${names},note`.replaceAll(",", ";").replace("note", '"a,b,c,d,e,f"') +
      `\n${trip},x`.replaceAll(",", ";"),
    expected: sent,
  },
  {
    title: "layout: a mark and tabs",
    content: `\ufeff${names}\n${trip}\n`.replaceAll(",", "\t"),
    expected: sent,
  },
  ...[`${names}\r${trip}`, `${names}\r${trip}\r`].map((content) => ({
    title: `layout: lines that end in ${JSON.stringify(content.slice(-2))} of carriage returns alone`,
    content,
    expected: sent,
  })),
  { title: "layout: a carriage return at the end", content: `${names}\n${trip}\r`, expected: sent },
  {
    title: "layout: a header only",
    content: `${names}\r\n`,
    expected: /has no rows; expected trips/,
  },
  { title: "layout: nothing", content: "", expected: /a\.csv is empty; expected a CSV file/ },
  {
    title: "layout: two columns of the same meaning",
    content: `${names},PULocationID\n${trip},1`,
    expected: /columns PULocationID and PULocationID both hold the pickupZone; keep one/,
  },
  {
    title: "layout: two columns of a name that is not used",
    content: `${names},note,note\n${trip},1,2`,
    expected: sent,
  },
  {
    title: "compression: gzip of two members",
    content: Buffer.concat([gzipSync(`${names}\n`), gzipSync(trip)]),
    expected: sent,
  },
  {
    title: "compression: gzip of nothing",
    content: gzipSync(""),
    expected: /a\.csv is empty; expected a CSV file/,
  },
  {
    title: "compression: gzip that is cut",
    content: gzipSync(`${names}\n${trip}`).subarray(0, -12),
    expected: /a\.csv cannot be read: its gzip data is damaged or cut \(unexpected end of file\)/,
  },
  {
    title: "compression: gzip within gzip",
    content: gzipSync(gzipSync(`${names}\n${trip}`)),
    expected: /it is gzip within gzip; decompress it, such as by gzip -dc/,
  },
  compressed("7z", [0x37, 0x7a, 0xbc, 0xaf], /it is 7z; decompress it/),
  {
    title: "compression: gzip without .gz",
    content: gzipSync(`${names}\n${trip}`),
    expected: sent,
  },
  compressed("Zstandard", [0x28, 0xb5, 0x2f, 0xfd], /it is Zstandard; decompress it, .* zstd -dc/),
  compressed("bzip2", [0x42, 0x5a, 0x68], /it is bzip2; decompress it/),
  compressed("xz", [0xfd, 0x37, 0x7a, 0x58], /it is xz; decompress it/),
  compressed("LZ4", [0x04, 0x22, 0x4d, 0x18], /it is LZ4; decompress it/),
  compressed("ZIP", [0x50, 0x4b, 0x03, 0x04], /it is a ZIP archive; decompress it/),
  compressed("LZMA", [0x5d, 0, 0], /it is LZMA; decompress it/),
  compressed(
    "a ZIP archive without files",
    [0x50, 0x4b, 5, 6],
    /it is a ZIP archive without files/,
  ),
  compressed("zlib", [0x78, 0x9c], /it is zlib; decompress it/),
  ...Object.entries({
    "Avro, in gzip": [gzipSync("Obj\u0001 schema"), /it is Avro; convert it to CSV/],
    "a tar archive, in gzip": [
      gzipSync(`a.csv${"\0".repeat(252)}ustar\0`),
      /it is an archive of tar; extract its files/,
    ],
    "Parquet, in gzip": [gzipSync("PAR1"), /it is Parquet; decompress it, such as by gzip -dc/],
    "a workbook of Excel": [Buffer.from("d0cf11e0a1b11ae1", "hex"), /Excel; export it as CSV/],
    "a web page": ["<!DOCTYPE html><title>404</title>", /it is HTML or XML; name the file itself/],
    "a pointer of Git LFS": ["version https://git-lfs.github.com/spec/v1", /by git lfs pull/],
    "UTF-32": [Buffer.from("fffe000070000000", "hex"), /it is UTF-32; convert it, .* iconv/],
    "a picture": [
      Buffer.from("ffd8ffe000104a46494600010100", "hex"),
      /it is no text but binary \(it begins with 0xffd8ffe0\)/,
    ],
  } as const).map(([title, [content, expected]]) => ({
    title: `other content: ${title}`,
    content,
    expected,
  })),
  {
    title: "compression: gzip with zeros after it",
    content: Buffer.concat([gzipSync(`${names}\n${trip}`), Buffer.alloc(100)]),
    expected: sent,
  },
  {
    title: "compression: gzip with another content after it",
    content: Buffer.concat([gzipSync(`${names}\n${trip}`), Buffer.from("no gzip at all")]),
    expected: /its gzip data is damaged or cut/,
  },
  {
    title: "compression: .gz of what is not compressed",
    name: "a.csv.gz",
    content: `${names}\n${trip}`,
    expected: sent,
  },
  ...["a b.csv", "a[1]{2}.csv", "a*?.csv", "Ünïcödé-東京.csv", "a#b%20.CSV", "-a.csv", "a"].map(
    (name) => ({ title: `name: ${name}`, name, content: `${names}\n${trip}`, expected: sent }),
  ),
  compressed("Parquet under another name", [0x50, 0x41, 0x52, 0x31], /use --format parquet/),
  { title: "pipeline: the stream's own events", name: "a.jsonl", content: json, expected: sent },
  { title: "pipeline: the archive's JSON", name: "a.json", content: archived, expected: sent },
  {
    title: "pipeline: the archive's source without line breaks",
    name: "source-1",
    args: ["--format", "jsonl"],
    content: gzipSync(`${json}${json}${json}`),
    expected: [...sent, ...sent, ...sent],
  },
  {
    title: "pipeline: more than a megabyte without line breaks",
    name: "source-2",
    args: ["--format", "jsonl"],
    content: json.repeat(8000),
    expected: Array.from({ length: 8000 }, () => sent[0] ?? ""),
  },
  ...Object.entries({
    "an array on one line": `[${json},${json}]`,
    "an array of lines": `[\n${json},\n${json}\n]\n`,
    "an array that a program indents": JSON.stringify([tripEvent, tripEvent], undefined, 2),
    "objects over several lines": `${JSON.stringify(tripEvent, undefined, 2)}\n`.repeat(2),
    "a mark before the first line": `\ufeff${json}\r\n${json}`,
    "carriage returns alone": `${json}\r${json}\r`,
  }).map(([title, content]) => ({
    title: `JSON: ${title}`,
    name: "a.json",
    content,
    expected: [...sent, ...sent],
  })),
  {
    title: "JSON: a large array",
    name: "a.json.gz",
    content: gzipSync(
      JSON.stringify(
        Array.from({ length: 8000 }, () => tripEvent),
        undefined,
        1,
      ),
    ),
    expected: Array.from({ length: 8000 }, () => sent[0] ?? ""),
  },
  {
    title: "JSON: an array that is cut",
    name: "a.json",
    content: `[${json.slice(0, -3)}`,
    expected: /no trips to send in 1 rows \(unparsable-row: 1, as line 1: /,
  },
  { title: "JSON: an empty array", name: "a.json", content: "[]", expected: /a\.json has no rows/ },
  anyEvents(
    "a number larger than floating point",
    "a.jsonl",
    `{${atNoon},"key":"a","x":12345678901234567890}`,
    [`{${atNoon},"key":"a","x":12345678901234567890}`],
  ),
  anyEvents(
    "NaN, which is no JSON",
    "a.jsonl",
    `{${atNoon},"key":"a","x":NaN}`,
    /unparsable-row: 1, as line 1: .*; JSON has no NaN or Infinity, write null/,
  ),
  // The second byte of each of these characters is a backslash, a bar or a caret.
  anyEvents(
    "Shift-JIS",
    "a.csv",
    Buffer.concat([
      Buffer.from("at,key,place\n2019-03-01,a,"),
      Buffer.from([0x95, 0x5c, 0x83, 0x7c, 0x83, 0x5e]),
    ]),
    ['{"at":"2019-03-01","key":"a","place":"\u8868\u30dd\u30bf"}'],
    "--encoding",
    "shift_jis",
  ),
  anyEvents(
    "Cyrillic of Windows",
    "a.jsonl",
    Buffer.concat([Buffer.from(`{${atNoon},"key":"`), Buffer.from([0xcc]), Buffer.from('"}')]),
    [`{${atNoon},"key":"\u041c"}`],
    "--encoding",
    "windows-1251",
  ),
  anyEvents(
    "a mark in the encoding that is named",
    "a.csv",
    "\ufeffat,key\n2019-03-01,a",
    ['{"at":"2019-03-01","key":"a"}'],
    "--encoding",
    "utf-8",
  ),
  anyEvents(
    "Parquet with an encoding",
    "a.parquet",
    withColumn("a", text),
    /--encoding must be left out with Parquet, whose texts are UTF-8; got shift_jis/,
    "--encoding",
    "sjis",
  ),
  anyEvents("apostrophes for quotes", "a.jsonl", "{'at':1}", /unparsable-row: 1/),
  anyEvents("a comma after the last one", "a.json", `[\n${event},\n${event},\n]`, [event, event]),
  anyEvents("separators of records", "a.json", `\u001e${event}\n\u001e${event}\n`, [event, event]),
  anyEvents("arrays for objects", "a.jsonl", "[1]\n[2]\n", /unparsable-row/),
  anyEvents("braces within texts", "a.json", `[{${atNoon},"key":"}{\\"["},\n${event}]`, [
    `{${atNoon},"key":"}{\\"["}`,
    event,
  ]),
  anyEvents("a key of null", "a.jsonl", `{${atNoon},"key":null}`, /missing-field: 1/),
  anyEvents(
    "seconds as text",
    "a.jsonl",
    '{"at":"1551441600","key":"a"}',
    ['{"at":"1551441600","key":"a"}'],
    "--event-time-format",
    "seconds",
  ),
  anyEvents(
    "milliseconds as seconds",
    "a.jsonl",
    '{"at":1551441600000,"key":"a"}',
    /invalid-time: 1, .* expected seconds/,
    "--event-time-format",
    "seconds",
  ),
  anyEvents(
    "seconds without their format",
    "a.jsonl",
    '{"at":1551441600,"key":"a"}',
    /invalid-time: 1, .* expected iso/,
  ),
  anyEvents(
    "a leap second",
    "a.jsonl",
    '{"at":"2016-12-31T23:59:60Z","key":"a"}',
    /invalid-time: 1/,
  ),
  anyEvents(
    "a year of five digits",
    "a.jsonl",
    '{"at":"+012345-01-01T00:00:00Z","key":"a"}',
    /invalid-time: 1/,
  ),
  anyEvents("only blank lines", "a.jsonl", "\n \n", /a\.jsonl has no rows/),
  anyEvents("CSV under another name", "a.jsonl", "at,key\n", /unparsable-row: 1/),
  anyEvents(
    "columns of the same name",
    "a.csv",
    `at,key,x,x\n2019-03-01,a,1,2`,
    /two columns are named x; rename one/,
  ),
  anyEvents("columns without names", "a.csv", ",at,key,\n0,2019-03-01,a,", [
    '{"column1":0,"at":"2019-03-01","key":"a","column4":null}',
  ]),
  anyEvents(
    "names in another case",
    "a.csv",
    "AT,KEY\n2019-03-01,a",
    /missing columns: at, key; columns found: AT, KEY/,
  ),
  anyEvents("numbers that are none of JSON", "a.csv", "at,key,x,y\n2019-03-01,a,007,1.50", [
    '{"at":"2019-03-01","key":"a","x":"007","y":1.50}',
  ]),
  ...(
    [
      ["a decimal of INT32", 4.35, decimalOf("INT32"), "4.35"],
      ["a negative decimal of INT64", -0.01, decimalOf("INT64"), "-0.01"],
      ["a decimal of bytes", 1.1, decimalOf("FIXED_LEN_BYTE_ARRAY"), "1.10"],
      ["a number of 32 bits", 6.55, { type: "FLOAT" }, "6.55"],
      [
        "a time of day",
        43_201_500,
        { type: "INT32", converted_type: "TIME_MILLIS" },
        '"12:00:01.5"',
      ],
      [
        "a time of day in microseconds",
        43_201_000_500n,
        { type: "INT64", converted_type: "TIME_MICROS" },
        '"12:00:01.0005"',
      ],
      ["a day", new Date("2019-03-01"), { type: "INT32", converted_type: "DATE" }, '"2019-03-01"'],
      ["text that is not marked as such", Buffer.from("Café"), { type: "BYTE_ARRAY" }, '"Café"'],
      ["bytes that are no text", Buffer.from([0xff, 0]), { type: "BYTE_ARRAY" }, '"/wA="'],
      [
        "an unsigned number",
        4_294_967_295,
        { type: "INT32", converted_type: "UINT_32" },
        "4294967295",
      ],
    ] as const satisfies readonly (readonly [
      string,
      unknown,
      Omit<SchemaElement, "name">,
      string,
    ])[]
  ).map(([title, value, element, expected]) =>
    anyEvents(`Parquet with ${title}`, "a.parquet", withColumn(value, element), [
      `{${atNoon},"key":"a","x":${expected}}`,
    ]),
  ),
  {
    title: "JSON: under a name that does not say so",
    name: "object-1",
    content: `${json}\n`,
    expected: /object-1 is JSON; set --format jsonl/,
  },
  {
    title: "pipeline: errors of the archive's errors",
    name: "errors-2",
    args: ["--format", "jsonl"],
    content: JSON.stringify({
      errorCode: "DataFormatConversion.InvalidSchema",
      rawData: Buffer.from(`${failed}\n`).toString("base64"),
    }),
    expected: sent,
  },
  {
    title: "pipeline: the archive's errors with their raw data",
    name: "errors-1",
    args: ["--format", "jsonl"],
    content: `${failed}\n${failed}\n`,
    expected: [...sent, ...sent],
  },
  {
    title: "pipeline: the archive's Parquet",
    name: "a.parquet",
    content: parquet([
      { name: "id", data: [tripEvent.id], element: text },
      { name: "pickuptime", data: [new Date(tripEvent.pickupTime)], element: micros(true) },
      { name: "dropofftime", data: [new Date(tripEvent.dropoffTime)], element: micros(false) },
      { name: "pickupzone", data: [143], element: integers },
      { name: "dropoffzone", data: [238], element: integers },
      { name: "passengers", data: [null], element: integers },
      { name: "pickupborough", data: ["Manhattan"], element: text },
    ]),
    expected: sent,
  },
  {
    title: "Parquet: wall-clock times",
    name: "a.parquet",
    content: parquet([...parquetTimes(false), ...zones]),
    expected: sent,
  },
  {
    title: "Parquet: times adjusted to UTC",
    name: "a.parquet",
    content: parquet([...parquetTimes(true), ...zones]),
    expected: sent,
  },
  ...(
    [
      ["LZ4_RAW", lz4Raw],
      ["LZ4", lz4Hadoop],
      ["GZIP", gzipSync],
    ] as const
  ).map(([codec, compress]) => ({
    title: `Parquet: compressed with ${codec}`,
    name: "a.parquet",
    content: parquet([...parquetTimes(false), ...zones], codec, compress),
    expected: sent,
  })),
  ...(
    [
      ["wall-clock times", "12", []],
      ["instants, with --time-zone UTC", "17", ["--time-zone", "UTC"]],
    ] as const
  ).map(([title, hour, args]) => ({
    title: `Parquet: INT96 of ${title}`,
    name: "a.parquet",
    args,
    content: withInt96(
      parquet([
        { name: "pickup_datetime", data: [int96(`2019-03-01T${hour}:00:00Z`)], element: twelve },
        { name: "dropoff_datetime", data: [int96(`2019-03-01T${hour}:10:00Z`)], element: twelve },
        ...zones,
      ]),
    ),
    expected: sent,
  })),
  {
    title: "Parquet: dates without a time of day",
    name: "a.parquet",
    content: parquet([
      ...["pickup_datetime", "dropoff_datetime"].map((name) => ({
        name,
        data: [new Date("2019-03-01")],
        element: { ...integers, converted_type: "DATE" as const },
      })),
      ...zones,
    ]),
    expected: /invalid-time: 1, as line 1: pickupTime is 2019-03-01; expected YYYY-MM-DD HH/,
  },
  {
    title: "Parquet: a dictionary with values that are missing",
    name: "a.parquet",
    content: parquet([
      ...[...parquetTimes(false), ...zones].map((column) => ({
        ...column,
        data: Array.from({ length: 3 }, () => column.data[0]),
      })),
      { name: "store_and_fwd_flag", data: ["N", null, "N"], element: text },
      { name: "passenger_count", data: [null, 1, null], element: integers },
    ]),
    expected: [...sent, ...sent, ...sent],
  },
  encoded("of deltas", "DELTA_BINARY_PACKED", [1n, 5n, -3n], "INT64"),
  encoded("of lengths", "DELTA_LENGTH_BYTE_ARRAY", ["a", "bb", ""], "STRING"),
  encoded("of common beginnings", "DELTA_BYTE_ARRAY", ["ab", "abc", "b"], "STRING"),
  encoded("of split streams", "BYTE_STREAM_SPLIT", [1.5, 2.5, 3.5], "DOUBLE"),
  {
    title: "Parquet: compressed with Brotli",
    name: "a.parquet",
    content: parquet([...parquetTimes(false), ...zones], "BROTLI", brotliCompressSync),
    expected: sent,
  },
  {
    title: "Parquet: times in nanoseconds",
    name: "a.parquet",
    content: parquet([
      ...parquetTimes(false).map((each) => ({
        ...each,
        data: each.data.map((time) => BigInt(time.getTime()) * 1_000_000n + 999n),
        element: {
          type: "INT64" as const,
          logical_type: {
            type: "TIMESTAMP" as const,
            isAdjustedToUTC: false,
            unit: "NANOS" as const,
          },
        },
      })),
      ...zones,
    ]),
    expected: sent,
  },
  {
    title: "Parquet: damaged values",
    name: "a.parquet",
    content: ((file) => file.fill(0xff, 30, 50))(parquet([...parquetTimes(false), ...zones])),
    expected: /it is no Parquet file, or is damaged or encrypted \(.*\); copy it again/,
  },
  {
    title: "Parquet: no rows",
    name: "a.parquet",
    content: parquet([...parquetTimes(false), ...zones].map((each) => ({ ...each, data: [] }))),
    expected: /a\.parquet has no rows; expected trips/,
  },
  {
    title: "Parquet: cut at its end",
    name: "a.parquet",
    content: parquet([...parquetTimes(false), ...zones]).subarray(0, -20),
    expected: /a\.parquet cannot be read: /,
  },
  {
    title: "Parquet: no Parquet",
    name: "a.parquet",
    content: "nothing of the kind",
    expected: /a\.parquet cannot be read: /,
  },
];

describe("Files that other programs write", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foreign-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("are tried in many kinds", () => {
    expect(cases.length).to.be.at.least(200);
  });

  for (const { title, content, name = "a.csv", args = [], expected } of cases) {
    it(`are read right or refused with the cause: ${title}`, async () => {
      const path = join(folder, name);
      writeFileSync(path, content);
      const { workload } = parseOptions(["--dry-run", "--input", path, ...args], {});
      let found: unknown;
      try {
        const { source } = await workload.read({});
        found = [...source.events()].map(({ partitionKey, data }) => {
          const content = Buffer.from(data).toString();
          const { pickupTime, dropoffTime } = JSON.parse(content) as Partial<typeof tripEvent>;
          return pickupTime === undefined || dropoffTime === undefined
            ? content
            : `${partitionKey} ${pickupTime} ${dropoffTime}`;
        });
      } catch (error) {
        found = error instanceof StartError ? error.message : error;
      }
      if (expected instanceof RegExp) {
        expect(found).to.match(expected);
      } else {
        expect(found).to.deep.equal(expected);
      }
    });
  }
});
