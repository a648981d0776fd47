import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020";
import { expect } from "chai";
import fc from "fast-check";
import type { InputFile, InputFormat } from "../../../producer/files/input-file";
import { StartError } from "../../../cli/command";
import type { FileEvents } from "../../../producer/files/event-files";
import { readFiles } from "../../../producer/files/event-files";
import type { RejectedRow } from "../../../producer/files/row-counter";
import { tripDecoder } from "../../../producer/trips/taxi";
import { header, row, validValues } from "../support/trip-rows";

const sample = "local/data/yellow_tripdata_sample_2019-03.csv";
const schema = JSON.parse(readFileSync("producer/schemas/trip.schema.json", "utf8")) as object;

const always = { from: -Infinity, to: Infinity };

interface Reading extends FileEvents {
  readonly deadLetters: RejectedRow[];
  readonly events: Record<string, unknown>[];
}

function file(input: Readable, format: InputFormat = "csv", name = "trips.csv"): InputFile {
  return {
    name,
    identity: name,
    format,
    open: () => Promise.resolve(input),
    randomAccess: undefined,
  };
}

async function read(files: readonly InputFile[], range = always): Promise<Reading> {
  const deadLetters: RejectedRow[] = [];
  const reading = await readFiles(files, tripDecoder, range, (rejected) =>
    deadLetters.push(rejected),
  );
  const events = [...reading.source.events()].map(
    ({ data }) => JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>,
  );
  return { ...reading, deadLetters, events };
}

/** In pieces that do not end where lines end. */
const inPieces = (text: string) => Readable.from(text.match(/[^]{1,17}/g) ?? []);
const readText = (text: string, range = always) => read([file(inPieces(text))], range);

async function refusal(text: string): Promise<string> {
  try {
    await readText(text);
  } catch (error) {
    if (error instanceof StartError) {
      return error.message;
    }
    throw error;
  }
  throw new Error("The file was accepted");
}

describe("A trip file", function () {
  this.timeout(30_000);

  it("is sent by event time, and in the order of the file where that is equal", async () => {
    const { events } = await readText(
      [
        header,
        row({ dropoff: "2019-03-01 12:20:00", passengers: "1" }),
        row({ dropoff: "2019-03-01 12:10:00", passengers: "2" }),
        row({ dropoff: "2019-03-01 12:20:00", passengers: "3" }),
        row({ dropoff: "2019-03-01 12:05:00", passengers: "4" }),
      ].join("\n"),
    );
    expect(events.map((event) => event["passengers"])).to.deep.equal([4, 2, 1, 3]);
  });

  it("sends identical rows twice, with the same id", async () => {
    const { events, rowsRead } = await readText([header, row(), row()].join("\n"));
    expect(rowsRead).to.equal(2);
    expect(events).to.have.length(2);
    expect(events[0]?.["id"]).to.equal(events[1]?.["id"]);
  });

  it("may end its lines with CRLF, begin with a byte order mark and have empty lines", async () => {
    const { events, rowsRead } = await readText(`\uFEFF${header}\r\n\r\n${row()}\r\n\r\n`);
    expect(rowsRead).to.equal(1);
    expect(events[0]?.["totalUsd"]).to.equal(9.95);
  });

  it("may quote its values", async () => {
    const { events } = await readText(
      [header, row({ pickup: `"${validValues.pickup}"`, pickupZone: '"7"' })].join("\n"),
    );
    expect(events[0]?.["pickupZone"]).to.equal(7);
  });

  it("loses no row to a stray quote but the row it stands in", async () => {
    const broken = row({ passengers: '"2' });
    const { events, deadLetters, rejected } = await readText(
      [header, row(), broken, row({ fare: "7" }), row({ total: '1"2"' }), row()].join("\n"),
    );
    expect(events).to.have.length(3);
    expect(rejected).to.deep.equal({ "unparsable-row": 2 });
    expect(deadLetters[0]).to.include({ line: 3, reason: "unparsable-row", row: broken });
  });

  it("reports every rejected row with its line and reason", async () => {
    const { deadLetters, rejected, rowsRead } = await readText(
      [header, row({ fare: "-1" }), row(), row({ pickupZone: "300" }), "x"].join("\n"),
    );
    expect(rowsRead).to.equal(4);
    expect(rejected).to.deep.equal({
      "negative-amount": 1,
      "invalid-zone": 1,
      "unparsable-row": 1,
    });
    expect(deadLetters.map(({ line, reason }) => [line, reason])).to.deep.equal([
      [2, "negative-amount"],
      [4, "invalid-zone"],
      [5, "unparsable-row"],
    ]);
  });

  it("counts every row as either a record or a rejection", async () => {
    const change = fc.record(
      {
        pickup: fc.constantFrom("", "nonsense", "2019-03-01 12:15:00"),
        pickupZone: fc.constantFrom("0", "1", "265", "266", "a"),
        fare: fc.constantFrom("-1", "", "1"),
        total: fc.constantFrom("1,2", '"', "5"),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change), async (changes) => {
        const rows = [row(), ...changes.map((broken) => row(broken))];
        const { source, rowsRead, rejected, deadLetters } = await readText(
          [header, ...rows].join("\n"),
        );
        const rejections = Object.values(rejected).reduce((sum, count) => sum + count, 0);
        expect(rowsRead).to.equal(rows.length);
        expect(source.count + rejections).to.equal(rows.length);
        expect(deadLetters).to.have.length(rejections);
      }),
    );
  });

  it("has another fingerprint when a row or the order of the rows differs", async () => {
    const contents = [
      [header, row(), row({ fare: "7" })],
      [header, row({ fare: "7" }), row()],
      [header, row()],
    ];
    const prints = await Promise.all(
      contents.map(async (lines) => (await readText(lines.join("\n"))).fingerprint),
    );
    expect(new Set(prints).size).to.equal(contents.length);
    expect((await readText(`${header}\r\n${row()}\n`)).fingerprint).to.equal(prints[2]);
  });

  it("may be compressed", async () => {
    const zipped = gzipSync([header, row()].join("\n"));
    const pieces = [zipped.subarray(0, 20), zipped.subarray(20)];
    expect((await read([file(Readable.from(pieces))])).events).to.have.length(1);
    const cut = await read([file(Readable.from([zipped.subarray(0, 40)]))]).then(String, String);
    expect(cut).to.include(
      "trips.csv cannot be read: its gzip data is damaged or cut (unexpected end of file)",
    );
  });

  it("leaves out what ends before or after the range wanted", async () => {
    const ends = ["12:05:00", "12:10:00", "12:15:00", "12:20:00"];
    const rows = ends.map((end) => row({ dropoff: `2019-03-01 ${end}` }));
    const text = [header, ...rows].join("\n");
    const range = {
      from: Date.parse("2019-03-01T17:10:00Z"),
      to: Date.parse("2019-03-01T17:20:00Z"),
    };
    const { events, outOfRange, rowsRead, fingerprint } = await readText(text, range);
    expect(events.map((event) => event["dropoffTime"])).to.deep.equal([
      "2019-03-01T17:10:00Z",
      "2019-03-01T17:15:00Z",
    ]);
    expect([outOfRange, rowsRead]).to.deep.equal([2, 4]);
    expect(fingerprint).not.to.equal((await readText(text)).fingerprint);
    const later = await readText(text, { from: range.to + 1, to: Infinity }).then(String, String);
    expect(later).to.include("no trips to send in 4 rows (before --seek or after --until: 4)");
  });

  it("is merged with others by event time, whatever their formats and columns", async () => {
    const yellow = [
      "vendor_name,Trip_Pickup_DateTime,Trip_Dropoff_DateTime,Passenger_Count,Trip_Distance," +
        "Start_Lon,Start_Lat,End_Lon,End_Lat,Fare_Amt,Total_Amt",
      "VTS,2009-01-04 02:52:00,2009-01-04 03:02:00,1,2.63,-73.991957,40.721567,-73.993803,40.695922,8.9,9.4",
    ];
    const green = [
      "VendorID,lpep_pickup_datetime,Lpep_dropoff_datetime,Pickup_longitude,Pickup_latitude," +
        "Dropoff_longitude,Dropoff_latitude,Passenger_count,Trip_distance,Fare_amount,Total_amount",
      "",
      "2,2009-01-04 02:40:00,2009-01-04 03:01:00,0,0,-73.93,40.7,1,7.5,21,21,,",
    ];
    const event = {
      id: "0123456789abcdef0123456789abcdef",
      pickupTime: "2009-01-04T07:30:00Z",
      dropoffTime: "2009-01-04T08:01:30Z",
      pickupZone: 1,
      dropoffZone: 265,
    };
    const { events, rejected } = await read([
      file(inPieces(yellow.join("\r\n"))),
      file(inPieces(green.join("\r\n"))),
      file(inPieces(JSON.stringify(event)), "jsonl"),
    ]);
    expect(rejected).to.deep.equal({});
    expect(
      events.map(({ dropoffTime, pickupZone, totalUsd }) => [dropoffTime, pickupZone, totalUsd]),
    ).to.deep.equal([
      ["2009-01-04T08:01:00Z", 264, 21],
      ["2009-01-04T08:01:30Z", 1, undefined],
      ["2009-01-04T08:02:00Z", 148, 9.4],
    ]);
    expect(events[1]).to.deep.equal(event);
  });

  it("of JSON lines rejects what is no trip by reason", async () => {
    const [event] = (await readText([header, row()].join("\n"))).events;
    const lines = [
      event,
      { ...event, pickupZone: 266 },
      { ...event, color: "yellow" },
      { ...event, dropoffTime: event?.["pickupTime"] },
      { ...event, pickupTime: "2019-13-01T00:00:00Z" },
      { ...event, pickupTime: "2019-02-30T00:00:00Z" },
      { ...event, pickupTime: "2019-02-28T24:00:00Z" },
    ].map((each) => JSON.stringify(each));
    const { deadLetters, events } = await read([
      file(inPieces([...lines, "{"].join("\n")), "jsonl", "trips.jsonl"),
    ]);
    expect(events).to.deep.equal([event]);
    expect(deadLetters.map(({ line, reason }) => [line, reason])).to.deep.equal([
      [2, "invalid-event"],
      [3, "invalid-event"],
      [4, "dropoff-not-after-pickup"],
      [5, "invalid-time"],
      [6, "invalid-time"],
      [7, "invalid-time"],
      [8, "unparsable-row"],
    ]);
    expect(deadLetters[0]).to.include({ file: "trips.jsonl", detail: "pickupZone must be <= 265" });
  });

  it("is refused when it is empty, has no rows or no valid row", async () => {
    expect(await refusal("\n")).to.include("trips.csv is empty");
    expect(await refusal(`${header}\n`)).to.include("trips.csv has no rows; expected trips");
    expect(await refusal([header, row({ fare: "-1" }), "x"].join("\n"))).to.include(
      "no trips to send in 2 rows (negative-amount: 1, as line 2: fareUsd is -1; expected 0 or more, unparsable-row: 1, as line 3: ",
    );
  });

  it("is refused when its header lacks a column or is broken", async () => {
    expect(await refusal("a,b\n1,2")).to.include("trips.csv: missing columns: pickup_datetime");
    expect(await refusal('"a,b\n1,2')).to.include("trips.csv: the header is broken");
  });

  it("is refused when it is no text of lines or cannot be read to the end", async () => {
    const endless = await read([file(Readable.from(["x".repeat(11_000_000)]))]).then(
      String,
      String,
    );
    expect(endless).to.include("line of more than 10485760 characters");
    const failing = new Readable({
      read() {
        this.destroy(new Error("the disk is gone"));
      },
    });
    const failure = await read([file(failing)]).then(String, String);
    expect(failure).to.include("trips.csv cannot be read: the disk is gone");
  });
});

describe("The sample of trips", function () {
  this.timeout(30_000);

  let reading: Reading;
  before(async () => {
    reading = await read([file(createReadStream(sample))]);
  });

  it("has 9,983 trips, and 17 rows that are none", () => {
    expect(reading.rowsRead).to.equal(10_000);
    expect(reading.source.count).to.equal(9983);
    expect(reading.rejected).to.deep.equal({
      "negative-amount": 13,
      "dropoff-not-after-pickup": 4,
    });
  });

  it("becomes events that keep to the schema", () => {
    const validate = new Ajv2020().compile(schema);
    for (const event of reading.events) {
      expect(validate(event), JSON.stringify([event, validate.errors])).to.equal(true);
    }
  });

  it("becomes events with the drop-off as event time and the pick-up zone as partition key", () => {
    for (const [index, { eventTime, partitionKey }] of [...reading.source.events()].entries()) {
      const event = reading.events[index];
      expect(partitionKey).to.equal(String(event?.["pickupZone"]));
      expect(eventTime).to.equal(Date.parse(String(event?.["dropoffTime"])));
    }
  });
});
