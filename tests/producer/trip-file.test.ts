import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { Ajv2020 } from "ajv/dist/2020";
import { expect } from "chai";
import fc from "fast-check";
import { StartError } from "../../producer/start-error";
import type { RejectedRow, TripFile } from "../../producer/trip-file";
import { readTrips } from "../../producer/trip-file";
import { TripStore } from "../../producer/trip-store";
import { header, row, validValues } from "./support/trip-rows";

const sample = "local/data/yellow_tripdata_sample_2019-03.csv";
const schema = JSON.parse(readFileSync("producer/schemas/trip.schema.json", "utf8")) as object;

interface Reading extends TripFile {
  readonly deadLetters: RejectedRow[];
  readonly events: Record<string, unknown>[];
}

async function read(input: Readable): Promise<Reading> {
  const deadLetters: RejectedRow[] = [];
  const file = await readTrips(input, "trips.csv", (rejected) => deadLetters.push(rejected));
  const events = Array.from({ length: file.trips.count }, (_, position) => {
    const { data } = file.trips.recordAt(position);
    return JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>;
  });
  return { ...file, deadLetters, events };
}

/** In pieces that do not end where lines end. */
const readText = (text: string) => read(Readable.from(text.match(/[^]{1,17}/g) ?? []));

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
        const { trips, rowsRead, rejected, deadLetters } = await readText(
          [header, ...rows].join("\n"),
        );
        const rejections = Object.values(rejected).reduce((sum, count) => sum + count, 0);
        expect(rowsRead).to.equal(rows.length);
        expect(trips.count + rejections).to.equal(rows.length);
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

  it("is refused when it is empty, has no rows or no valid row", async () => {
    expect(await refusal("\n")).to.include("trips.csv is empty");
    expect(await refusal(`${header}\n`)).to.include("trips.csv has a header but no rows");
    expect(await refusal([header, row({ fare: "-1" }), "x"].join("\n"))).to.include(
      "no valid trip in 2 rows (negative-amount: 1, unparsable-row: 1)",
    );
  });

  it("is refused when its header lacks a column or is broken", async () => {
    expect(await refusal("a,b\n1,2")).to.include("trips.csv: missing columns: pickup_datetime");
    expect(await refusal('"a,b\n1,2')).to.include("trips.csv: the header is broken");
  });

  it("is refused when it is no text of lines or cannot be read to the end", async () => {
    const endless = await read(Readable.from(["x".repeat(1_100_000)])).then(String, String);
    expect(endless).to.include("line of more than 1048576 characters");
    const failing = new Readable({
      read() {
        this.destroy(new Error("the disk is gone"));
      },
    });
    const failure = await read(failing).then(String, String);
    expect(failure).to.include("trips.csv cannot be read: the disk is gone");
  });
});

describe("The sample of trips", function () {
  this.timeout(30_000);

  let reading: Reading;
  before(async () => {
    reading = await read(createReadStream(sample));
  });

  it("has 9,983 trips, and 17 rows that are none", () => {
    expect(reading.rowsRead).to.equal(10_000);
    expect(reading.trips.count).to.equal(9983);
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

  it("becomes records with the drop-off as event time and the pick-up zone as partition key", () => {
    for (const [position, event] of reading.events.entries()) {
      const record = reading.trips.recordAt(position);
      expect(record.position).to.equal(position);
      expect(record.partitionKey).to.equal(String(event["pickupZone"]));
      expect(record.eventTime).to.equal(Date.parse(String(event["dropoffTime"])));
      expect(record.bytes).to.equal(record.data.byteLength + record.partitionKey.length);
    }
  });
});

describe("The store of trips", function () {
  this.timeout(30_000);

  const quantity = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined });
  const trip = fc.record({
    id: fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => Buffer.from(bytes).toString("hex")),
    pickupTime: fc.integer(),
    dropoffTime: fc.integer({ min: 0, max: 3 }),
    pickupZone: fc.integer({ min: 1, max: 265 }),
    dropoffZone: fc.integer({ min: 1, max: 265 }),
    passengers: fc.option(fc.nat(), { nil: undefined }),
    distanceMiles: quantity,
    fareUsd: quantity,
    totalUsd: quantity,
  });

  it("gives back what was put in, and sorts it by event time without changing equal ones", () => {
    fc.assert(
      fc.property(fc.array(trip), (trips) => {
        const store = new TripStore();
        for (const each of trips) {
          store.add(each);
        }
        expect(trips.map((_, index) => store.tripAt(index))).to.deep.equal(trips);
        const expected = trips.toSorted((a, b) => a.dropoffTime - b.dropoffTime);
        const sorted = store.sorted();
        const ids = Array.from({ length: sorted.count }, (_, position) => {
          const event = JSON.parse(Buffer.from(sorted.recordAt(position).data).toString()) as {
            id: string;
          };
          return event.id;
        });
        expect(ids).to.deep.equal(expected.map(({ id }) => id));
      }),
    );
  });

  it("holds more trips than fit into one block", () => {
    const store = new TripStore();
    const [first] = fc.sample(trip, 1);
    if (first === undefined) {
      throw new Error("There is no trip to store");
    }
    const count = 70_000;
    for (let index = 0; index < count; index += 1) {
      store.add({ ...first, pickupTime: index });
    }
    expect(store.count).to.equal(count);
    expect(store.tripAt(65_535).pickupTime).to.equal(65_535);
    expect(store.tripAt(65_536).pickupTime).to.equal(65_536);
    expect(() => store.tripAt(200_000)).to.throw("no trip 200000");
  });
});
