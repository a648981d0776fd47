import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { Settings } from "luxon";
import { parquetWriteBuffer } from "hyparquet-writer";
import { StartError } from "../../../cli/command";
import { parseOptions } from "../../../producer/command/options";
import type { EventFields } from "../../../producer/generic/events";
import { eventShape, readEvents } from "../../../producer/generic/events";
import { timeFormat } from "../../../producer/generic/time-format";
import { newYorkZone } from "../../../producer/events/wall-clock";
import { TripRowReader } from "../../../producer/trips/trip-row";
import { testFolder } from "../support/test-folder";

const fields: EventFields = { eventTimeField: "meta.at", keyField: "device" };

describe("Events of any kind", () => {
  const { put } = testFolder();
  const sent = async (paths: readonly string[], wanted: EventFields = fields) => {
    const { source, rejected } = await readEvents(paths, wanted);
    const found = [...source.events()].map(
      ({ partitionKey, data }) => `${partitionKey} ${Buffer.from(data).toString()}`,
    );
    return { found, rejected };
  };

  it("keep their text unchanged, and are sent by event time", async () => {
    const late = '{"meta":{"at":"2026-01-01T00:00:02Z"}, "device": 12345678901234567890, "v":1.50}';
    const early = '{"device":"a","meta":{"at":"2026-01-01T02:00:01.5+02:00"},"device":"b"}';
    const path = put("a.jsonl", `${late}\n${early}\n`);
    const { found } = await sent([path, put("b.jsonl.gz", gzipSync("\n"))]);
    expect(found).to.deep.equal([`b ${early}`, `12345678901234567890 ${late}`]);
  });

  it("are rejected with a reason when a field or the schema is not kept", async () => {
    const schema = put("schema.json", JSON.stringify({ properties: { v: { type: "integer" } } }));
    const rows = [
      '{"meta":{"at":"2026-01-01T00:00:00Z"},"device":"a","v":1}',
      '{"meta":{"at":"2026-01-01T00:00:00Z"},"device":"a","v":"x"}',
      '{"meta":{"at":"noon"},"device":"a"}',
      '{"meta":{},"device":"a"}',
      '{"meta":{"at":"2026-01-01T00:00:00Z"},"device":{}}',
      '{"meta":{"at":"2026-01-01T00:00:00Z"},"device":""}',
      '["x"]',
      "{",
    ];
    const { found, rejected } = await sent([put("a.jsonl", rows.join("\n"))], {
      ...fields,
      schema,
    });
    expect(found).to.have.length(1);
    expect(rejected).to.deep.equal({
      "invalid-event": 1,
      "invalid-time": 1,
      "missing-field": 2,
      "invalid-key": 1,
      "unparsable-row": 2,
    });
  });

  it("are rejected where the stream takes no such key or not as much data", async () => {
    const event = (key: string, note: string) =>
      `{"meta":{"at":"2026-01-01T00:00:00Z"},"device":"${key}","note":"${note}"}`;
    const rest = event("a", "").length + 1;
    const lines = [
      event("a", "x".repeat(1024 * 1024 - rest)),
      event("a", "x".repeat(1024 * 1024 - rest + 1)),
      event(String.raw`\ud83d`, ""),
      event(String.raw`\ud83d\ude00`, ""),
    ];
    const path = put("a.jsonl", lines.join("\n"));
    const { found, rejected } = await sent([path], { ...fields, maxRecordKib: 1024 });
    expect(found.map((each) => each.slice(0, 2))).to.deep.equal(["a ", "\u{1f600}"]);
    expect(rejected).to.deep.equal({ "too-large": 1, "invalid-key": 1 });
    expect((await sent([path], { ...fields, maxRecordKib: 2048 })).found).to.have.length(3);
  });

  it("may be separated by commas, and have line breaks anywhere between values", async () => {
    const event = (at: number) => `{"meta":{"at":"2026-01-01T00:00:0${at}Z"},"device":"a"}`;
    const commas = put("commas.jsonl", [event(0), event(1)].join(",\n"));
    expect((await sent([commas])).found).to.deep.equal([`a ${event(0)}`, `a ${event(1)}`]);
    const pretty = put("pretty.json", event(0).replace(",", ",\n") + event(1));
    expect((await sent([pretty])).found).to.have.length(2);
  });

  it("may be the rows of CSV and Parquet", async () => {
    const csv = put("a.csv", 'at,device,n\n1767225601,x,007\n1767225600,"y,z",9007199254740993\n');
    const wanted = { eventTimeField: "at", eventTimeFormat: "seconds", keyField: "device" };
    expect((await sent([csv], wanted)).found).to.deep.equal([
      'y,z {"at":1767225600,"device":"y,z","n":9007199254740993}',
      'x {"at":1767225601,"device":"x","n":"007"}',
    ]);
    const parquet = put(
      "a.parquet",
      Buffer.from(
        parquetWriteBuffer({
          columnData: [
            { name: "at", data: [1767225600000n], type: "INT64" },
            { name: "device", data: ["x"], type: "STRING" },
          ],
        }),
      ),
    );
    const millis = { ...wanted, eventTimeFormat: "millis" };
    expect((await sent([parquet], millis)).found).to.deep.equal([
      'x {"at":1767225600000,"device":"x"}',
    ]);
    let message = "";
    await readEvents([csv], fields).catch((error: unknown) => {
      message = error instanceof StartError ? error.message : String(error);
    });
    expect(message).to.include("missing columns: meta.at; columns found: at, device, n");
  });

  it("keep the digits of times and of JSON in Parquet, and intervals as bytes", async () => {
    const timestamp = (unit: "MICROS" | "NANOS", isAdjustedToUTC: boolean) => ({
      type: "INT64" as const,
      logical_type: { type: "TIMESTAMP" as const, isAdjustedToUTC, unit },
    });
    const columns = [
      { name: "at", data: [-1_500_000n, 1_767_225_600_123_456n], ...timestamp("MICROS", true) },
      { name: "ns", data: [1_000n, 1_767_225_600_123_456_789n], ...timestamp("NANOS", false) },
      {
        name: "span",
        data: [Buffer.alloc(12), Buffer.alloc(12)],
        type: "FIXED_LEN_BYTE_ARRAY" as const,
        type_length: 12,
        converted_type: "INTERVAL" as const,
      },
      {
        name: "doc",
        data: [{ id: "12345678901234567890" }, { id: "12345678901234567890" }],
        type: "BYTE_ARRAY" as const,
        converted_type: "JSON" as const,
      },
    ];
    const schema = [
      { name: "root", num_children: columns.length },
      ...columns.map((element) => ({
        ...element,
        repetition_type: "REQUIRED" as const,
      })),
    ];
    const columnData = columns.map(({ name, data }) => ({ name, data }));
    const written = parquetWriteBuffer({ schema, columnData, codec: "UNCOMPRESSED" });
    // The writer has no such numbers in JSON.
    const file = Buffer.from(written)
      .toString("latin1")
      .replaceAll(/"(\d{20})"/g, " $1 ");
    const wanted = { eventTimeField: "at", keyField: "ns" };
    const { found } = await sent([put("a.parquet", Buffer.from(file, "latin1"))], wanted);
    expect(found.map((each) => each.slice(each.indexOf("{")))).to.deep.equal([
      '{"at":"1969-12-31T23:59:58.500Z","ns":"1970-01-01 00:00:00.000001","span":"AAAAAAAAAAAAAAAA","doc":{"id": 12345678901234567890 }}',
      '{"at":"2026-01-01T00:00:00.123456Z","ns":"2026-01-01 00:00:00.123456789","span":"AAAAAAAAAAAAAAAA","doc":{"id": 12345678901234567890 }}',
    ]);
  });

  it("move in time without a change to anything else", () => {
    const moved = (text: string, wanted: Partial<EventFields> = {}) =>
      Buffer.from(
        eventShape({ ...fields, ...wanted }).moved(Buffer.from(text), 3_600_000, 1),
      ).toString();
    expect(moved('{ "meta":{"at": "2026-01-01T00:00:00.123456Z"},"n":1.0 }')).to.equal(
      '{ "meta":{"at": "2026-01-01T01:00:00.123456Z"},"n":1.0 }',
    );
    expect(moved('{"meta":{"at":1767225600.25}}', { eventTimeFormat: "seconds" })).to.equal(
      '{"meta":{"at":1767229200.25}}',
    );
  });

  const times: [format: string, zone: string, text: string, ms: number, hourLater: string][] = [
    ["iso", "UTC", "2026-07-01 00:00:00", Date.UTC(2026, 6, 1), "2026-07-01 01:00:00"],
    [
      "iso",
      "Europe/Paris",
      "2026-07-01T00:00:00",
      Date.UTC(2026, 5, 30, 22),
      "2026-07-01T01:00:00",
    ],
    ["iso", "UTC", "2026-07-01T05:30:00+0530", Date.UTC(2026, 6, 1), "2026-07-01T06:30:00+0530"],
    ["micros", "UTC", "1782864000123456", 1782864000123, "1782867600123456"],
    ["nanos", "UTC", "1782864000123456789", 1782864000123, "1782867600123456789"],
    [
      "iso",
      "UTC",
      "2026-07-01T05:30:00.25+05",
      Date.UTC(2026, 6, 1, 0, 30, 0, 250),
      "2026-07-01T06:30:00.25+05",
    ],
    ["micros", "UTC", "1644928818322000", 1644928818322, "1644932418322000"],
    ["nanos", "UTC", "1552910478717000000", 1552910478717, "1552914078717000000"],
    [
      "MM/dd/yyyy hh:mm:ss a",
      "America/New_York",
      "07/01/2026 11:30:00 PM",
      Date.UTC(2026, 6, 2, 3, 30),
      "07/02/2026 12:30:00 AM",
    ],
  ];
  for (const [format, zone, text, ms, hourLater] of times) {
    it(`have times such as ${text} (${format}, ${zone})`, () => {
      const time = timeFormat(format, zone);
      expect(time.parse(text)).to.equal(ms);
      expect(time.moved(text, 3_600_000)).to.equal(hourLater);
      expect(time.parse("yesterday")).to.equal(undefined);
    });
  }

  it("have the same time in summer and winter where the hour is repeated", () => {
    const { now } = Settings;
    const read = () =>
      [
        ["iso", "2019-11-03T01:30"],
        ["iso", "20191103T013000"],
        ["MM/dd/yyyy HH:mm", "11/03/2019 01:30"],
      ].map(([format = "", text = ""]) => timeFormat(format, newYorkZone).parse(text));
    try {
      for (const season of ["2026-01-01", "2026-07-01"]) {
        Settings.now = () => Date.parse(season);
        expect(read()).to.deep.equal(Array(3).fill(Date.UTC(2019, 10, 3, 5, 30)));
        expect(new TripRowReader([]).timeOf("20191103T013000")).to.equal(
          Date.UTC(2019, 10, 3, 5, 30),
        );
      }
    } finally {
      Settings.now = now;
    }
  });

  it("have no time of day without a date", () => {
    for (const text of ["12:30", "T12:30", "12"]) {
      expect(timeFormat("iso", "UTC").parse(text)).to.equal(undefined);
    }
    const parse = (format: string) =>
      parseOptions(
        ["--dry-run", "--input", "x", "--workload", "events", "--event-time-field", "at"].concat([
          "--key-field",
          "id",
          "--event-time-format",
          format,
        ]),
        {},
      );
    for (const format of ["HH:mm:ss", "x-y", "?"]) {
      expect(() => parse(format)).to.throw(StartError, "or a pattern with a date");
    }
    expect(() => parse("LLL dd HH:mm:ss")).not.to.throw();
  });

  it("need their fields on the command line", () => {
    const args = ["--output", "stdout", "--input", "x", "--workload", "events"];
    expect(() =>
      parseOptions(
        [...args, "--event-time-format", "?", "--time-zone", "Mars", "--encoding", "morse"],
        {},
      ),
    )
      .to.throw(StartError, "--event-time-format must be iso, seconds")
      .with.property("message")
      .includes("--time-zone must be an IANA time zone")
      .and.include("--encoding must be a name of https://encoding.spec.whatwg.org/")
      .and.includes("--event-time-field is missing")
      .and.includes("--key-field is missing");
    const named = [...args, "--event-time-field", "at", "--key-field", "id"];
    expect(parseOptions(named, {}).partitionKey).to.equal("id");
    expect(() => parseOptions([...named, "--symbols", "3"], {})).to.throw(
      "--symbols is for --workload trades",
    );
  });
});
