import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect } from "chai";
import fc from "fast-check";

import { expectedTrips, type TripSettings } from "../../../local/verify/expected-trips";
import type { Expected, ResultIndex } from "../../../local/verify/result-document";
import { SETTINGS } from "./trip-settings";

const HEADER =
  "vendor_id,pickup_datetime,dropoff_datetime,passenger_count,trip_distance,pickup_location_id,dropoff_location_id,fare_amount,total_amount";

interface Row {
  readonly pickup?: string;
  readonly dropoff?: string;
  readonly passengers?: string;
  readonly distance?: string;
  readonly from?: number | string;
  readonly to?: number | string;
  readonly fare?: string;
  readonly total?: string;
}

/** A row of the file; a valid one by default. */
function row(changes: Row = {}): string {
  const good = {
    pickup: "2019-03-01 12:00:00",
    dropoff: "2019-03-01 12:07:00",
    passengers: "1",
    distance: "1.1",
    from: 143,
    to: 238,
    fare: "6.0",
    total: "8.3",
  };
  const values = { ...good, ...changes };
  const { pickup, dropoff, passengers, distance, from, to, fare, total } = values;
  return ["2", pickup, dropoff, passengers, distance, from, to, fare, total].join(",");
}

const epoch = (instant: string) => Date.parse(instant) / 1000;

describe("the expected documents", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "expected-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function compute(
    rows: readonly string[],
    settings: Partial<TripSettings> = {},
    header = HEADER,
  ): Promise<Expected> {
    const file = join(folder, "trips.csv");
    writeFileSync(file, [header, ...rows, ""].join("\n"));
    return expectedTrips(file, { ...SETTINGS, ...settings });
  }

  /** Window start (UTC, HH:MM) to trips, of one zone. */
  function windows(expected: Expected, zone: number): Record<string, unknown> {
    const documents = [...(expected.documents.get("taxi-demand-zones") ?? [])];
    return Object.fromEntries(
      documents
        .filter(([, document]) => document["zone"] === zone)
        .map(([, document]) => [String(document["windowStart"]).slice(11, 16), document["trips"]]),
    );
  }

  const ids = (expected: Expected, index: ResultIndex) => [
    ...(expected.documents.get(index) ?? new Map<string, unknown>()).keys(),
  ];

  it("are the same of trips as the stream carries them, also compressed", async () => {
    const trip = {
      pickupTime: "2019-03-01T17:00:00Z",
      dropoffTime: "2019-03-01T17:07:00Z",
      pickupZone: 143,
      dropoffZone: 238,
      fareUsd: 6,
    };
    const later = { ...trip, id: "b", dropoffTime: "2019-03-01T17:09:00Z" };
    const lines = [{ ...trip, id: "a" }, later, later, { id: "c" }].map((one) =>
      JSON.stringify(one),
    );
    const text = [...lines, "{", ""].join("\n");
    const { documents } = await compute([row(), row({ dropoff: "2019-03-01 12:09:00" })]);
    const files = { "trips.jsonl": text, "trips.jsonl.gz": gzipSync(text) };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content);
      const expected = await expectedTrips(join(folder, name), SETTINGS);
      expect(expected.documents).to.deep.equal(documents);
      expect(expected.events).to.include({ read: 5, good: 3 });
    }
  });

  it("describe a zone in each window that holds the drop-off", async () => {
    const expected = await compute([row()]);
    const start = epoch("2019-03-01T17:05:00Z");
    expect(ids(expected, "taxi-demand-zones")).to.have.members([
      `143-${start}`,
      `143-${start - 300}`,
      `143-${start - 600}`,
    ]);
    expect(expected.documents.get("taxi-demand-zones")?.get(`143-${start}`)).to.deep.equal({
      zone: 143,
      zoneName: "Lincoln Square West",
      borough: "Manhattan",
      location: { lat: 40.77597, lon: -73.98765 },
      windowStart: "2019-03-01T17:05:00Z",
      windowEnd: "2019-03-01T17:20:00Z",
      trips: 1,
      normal: 0,
      score: 1,
    });
    expect(ids(expected, "taxi-airport-durations")).to.be.empty;
  });

  it("describe the cell of the zone's point", async () => {
    const expected = await compute([row()], { geohashPrecision: 5 });
    const id = `dr5ru-${epoch("2019-03-01T17:05:00Z")}`;
    expect(expected.documents.get("taxi-demand-cells")?.get(id)).to.deep.equal({
      cell: "dr5ru",
      location: { lat: 40.75927734375, lon: -73.98193359375 },
      windowStart: "2019-03-01T17:05:00Z",
      windowEnd: "2019-03-01T17:20:00Z",
      trips: 1,
      normal: 0,
      score: 1,
    });
  });

  it("add up the zones of one cell", async () => {
    const expected = await compute([row(), row({ from: 142 })], { geohashPrecision: 4 });
    const id = `dr5r-${epoch("2019-03-01T17:05:00Z")}`;
    expect(expected.documents.get("taxi-demand-cells")?.get(id)).to.include({ trips: 2 });
    expect(ids(expected, "taxi-demand-zones")).to.have.length(6);
  });

  it("count a drop-off at a window's start in it, and one at its end in the next", async () => {
    const expected = await compute([row({ dropoff: "2019-03-01 12:15:00" })]);
    expect(windows(expected, 143)).to.deep.equal({ "17:05": 1, "17:10": 1, "17:15": 1 });
  });

  it("count a drop-off a second before a window's end in it", async () => {
    const expected = await compute([row({ dropoff: "2019-03-01 12:14:59" })]);
    expect(windows(expected, 143)).to.deep.equal({ "17:00": 1, "17:05": 1, "17:10": 1 });
  });

  it("follow the clock over spring's change", async () => {
    const expected = await compute(
      [
        row({ pickup: "2019-03-10 01:50:00", dropoff: "2019-03-10 03:05:00" }),
        row({ pickup: "2019-03-10 01:50:00", dropoff: "2019-03-10 02:05:00" }),
      ],
      { demandWindowMinutes: 60, demandSlideMinutes: 60 },
    );
    // 01:50 EST is 06:50, 03:05 EDT is 07:05, and 02:05 does not exist: it means 03:05 EDT.
    expect(windows(expected, 143)).to.deep.equal({ "07:00": 2 });
  });

  it("take the first of autumn's two hours", async () => {
    const expected = await compute(
      [row({ pickup: "2019-11-03 00:50:00", dropoff: "2019-11-03 01:30:00" })],
      { demandWindowMinutes: 60, demandSlideMinutes: 60 },
    );
    expect(windows(expected, 143)).to.deep.equal({ "05:00": 1 });
  });

  it("average the whole seconds of the trips to an airport in tumbling windows", async () => {
    const expected = await compute([
      row({ dropoff: "2019-03-01 12:30:00", to: 132 }),
      row({ dropoff: "2019-03-01 12:40:01", to: 132 }),
      row({ dropoff: "2019-03-01 13:00:00", to: 138 }),
      row({ dropoff: "2019-03-01 12:59:59", to: 1 }),
    ]);
    const hour = epoch("2019-03-01T17:00:00Z");
    expect(expected.documents.get("taxi-airport-durations")).to.deep.equal(
      new Map([
        [
          `JFK-${hour}`,
          {
            airport: "JFK",
            windowStart: "2019-03-01T17:00:00Z",
            windowEnd: "2019-03-01T18:00:00Z",
            trips: 2,
            averageSeconds: (1800 + 2401) / 2,
            p50Seconds: 1800,
            p95Seconds: 2401,
          },
        ],
        [
          `LGA-${hour + 3600}`,
          {
            airport: "LGA",
            windowStart: "2019-03-01T18:00:00Z",
            windowEnd: "2019-03-01T19:00:00Z",
            trips: 1,
            averageSeconds: 3600,
            p50Seconds: 3600,
            p95Seconds: 3600,
          },
        ],
        [
          `EWR-${hour}`,
          {
            airport: "EWR",
            windowStart: "2019-03-01T17:00:00Z",
            windowEnd: "2019-03-01T18:00:00Z",
            trips: 1,
            averageSeconds: 3599,
            p50Seconds: 3599,
            p95Seconds: 3599,
          },
        ],
      ]),
    );
  });

  it("tell the durations from each zone that has a place, by nearest rank", async () => {
    const durations = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100];
    const rows = durations.map((seconds) =>
      row({
        pickup: "2019-03-01 12:00:00",
        dropoff: new Date(Date.UTC(2019, 2, 1, 12, 0, seconds)).toISOString().slice(0, 19),
        to: 132,
      }),
    );
    const expected = await compute([...rows, row({ from: 264, to: 132 })]);
    const hour = epoch("2019-03-01T17:00:00Z");
    expect([...(expected.documents.get("taxi-airport-origins") ?? [])]).to.deep.equal([
      [
        `JFK-143-${hour}`,
        {
          airport: "JFK",
          zone: 143,
          zoneName: "Lincoln Square West",
          borough: "Manhattan",
          location: { lat: 40.77597, lon: -73.98765 },
          trips: 11,
          averageSeconds: 600,
          p50Seconds: 600,
          p95Seconds: 1100,
          windowStart: "2019-03-01T17:00:00Z",
          windowEnd: "2019-03-01T18:00:00Z",
        },
      ],
    ]);
  });

  it("rank the areas of a window by trips, and equals by zone", async () => {
    const expected = await compute([
      row({ from: 143 }),
      row({ from: 239 }),
      row({ from: 239, fare: "7" }),
      row({ from: 48 }),
    ]);
    const ranking = expected.documents
      .get("taxi-top-areas")
      ?.get(`zones-${epoch("2019-03-01T17:05:00Z")}`);
    expect(ranking).to.deep.equal({
      kind: "zones",
      windowStart: "2019-03-01T17:05:00Z",
      windowEnd: "2019-03-01T17:20:00Z",
      areas: [
        { rank: 1, area: "239", name: "Upper West Side South", trips: 2 },
        { rank: 2, area: "48", name: "Clinton East", trips: 1 },
      ],
    });
  });

  it("hold a window against the average of the ones before it", async () => {
    // 12:07 is in the windows from 17:05 on; an hour before lie four trips, half an hour before one.
    const rows = ["11:07:00", "11:07:01", "11:07:02", "11:07:03", "11:37:00", "12:07:00"].map(
      (time) => row({ pickup: "2019-03-01 11:00:00", dropoff: `2019-03-01 ${time}` }),
    );
    const expected = await compute(rows);
    const zones = expected.documents.get("taxi-demand-zones");
    expect(zones?.get(`143-${epoch("2019-03-01T17:05:00Z")}`)).to.include({
      trips: 1,
      normal: 5 / 4,
      score: (1 - 5 / 4) / Math.sqrt(5 / 4),
    });
    expect(zones?.get(`143-${epoch("2019-03-01T16:05:00Z")}`)).to.include({
      trips: 4,
      normal: 0,
      score: 4,
    });
  });

  it("count identical rows once, and rows that differ in any column each", async () => {
    const expected = await compute([row(), row(), row({ fare: "6.5" })]);
    expect(windows(expected, 143)["17:05"]).to.equal(2);
    expect(expected.events).to.deep.include({ read: 3, good: 3, duplicates: 1 });
  });

  it("leave out the demand of zones without a place, but not their way to an airport", async () => {
    const expected = await compute([row({ from: 264, to: 132 }), row({ from: 265, to: 132 })]);
    expect(ids(expected, "taxi-demand-zones")).to.deep.equal([]);
    expect(ids(expected, "taxi-demand-cells")).to.deep.equal([]);
    expect(ids(expected, "taxi-airport-durations")).to.have.length(1);
    expect(expected.events.good).to.equal(2);
  });

  it("count the folded zones as their neighbours", async () => {
    const expected = await compute([row({ from: 57 }), row({ from: 104 }), row({ from: 105 })]);
    expect(windows(expected, 56)["17:05"]).to.equal(1);
    expect(windows(expected, 103)["17:05"]).to.equal(2);
  });

  const rejected: readonly (readonly [string, string, string])[] = [
    ["unparsable-row", "too few fields", "2,2019-03-01 12:00:00"],
    ["unparsable-row", "a quotation mark that is never closed", `"${row()}`],
    ["missing-field", "no drop-off time", row({ dropoff: "" })],
    ["missing-field", "no zone", row({ from: "" })],
    ["invalid-time", "a day that does not exist", row({ pickup: "2019-02-29 12:00:00" })],
    ["invalid-number", "a zone in words", row({ to: "JFK" })],
    ["invalid-number", "half a passenger", row({ passengers: "1.5" })],
    ["invalid-number", "a negative distance", row({ distance: "-0.1" })],
    ["invalid-number", "a hexadecimal fare", row({ fare: "0x10" })],
    ["invalid-zone", "zone 0", row({ from: 0 })],
    ["invalid-zone", "zone 266", row({ to: 266 })],
    ["invalid-zone", "zone 1.5", row({ to: "1.5" })],
    ["dropoff-not-after-pickup", "no duration", row({ dropoff: "2019-03-01 12:00:00" })],
    ["negative-amount", "a negative fare", row({ fare: "-0.01" })],
    ["negative-amount", "a negative total", row({ total: "-5" })],
  ];
  for (const [reason, title, line] of rejected) {
    it(`reject a row with ${title} as ${reason}`, async () => {
      const expected = await compute([line, row()]);
      const counts = Object.entries(expected.events.rejected).filter(([, count]) => count > 0);
      expect(counts).to.deep.equal([[reason, 1]]);
      expect(expected.events).to.deep.include({ read: 2, good: 1 });
    });
  }

  it("accept the first and the last zone, and rows without the optional figures", async () => {
    const sparse = { passengers: "", distance: "", fare: "", total: "" };
    const rows = [row({ from: 1, to: 265 }), row({ from: "2.0" }), row(sparse)];
    expect((await compute(rows)).events.good).to.equal(3);
  });

  it("find the columns by the official names, whatever else is in the file", async () => {
    const header = "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,PULocationID,DOLocationID";
    const line = "1,2019-03-01 12:00:00,2019-03-01 12:07:00,143,132";
    const expected = await compute([line], {}, header);
    expect(windows(expected, 143)["17:05"]).to.equal(1);
  });

  it("are refused for a file that lacks a column, which is named", async () => {
    let message = "";
    await compute([], {}, "pickup_datetime,dropoff_datetime,fare_amount").catch(
      (error: unknown) => {
        message = String(error);
      },
    );
    expect(message).to.match(/no column pickup_location_id or pulocationid, dropoff_location_id/);
    expect(message).to.include("pickup_datetime, dropoff_datetime, fare_amount");
  });

  it("count every trip with a place in window / slide windows of a zone and of a cell", async () => {
    const minutes = fc.integer({ min: 1, max: 7 * 24 * 60 });
    const trips = fc.array(fc.tuple(minutes, fc.integer({ min: 1, max: 265 })), { maxLength: 30 });
    const slides = fc.integer({ min: 1, max: 20 });
    const factors = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(trips, slides, factors, async (drawn, slide, factor) => {
        const rows = drawn.map(([minute, zone], at) => {
          const dropoff = new Date(Date.UTC(2019, 4, 1, 0, minute)).toISOString();
          // A fare of its own keeps a row from repeating another.
          return row({ dropoff: dropoff.slice(0, 19), from: zone, fare: String(at) }).replace(
            "2019-03-01 12:00:00",
            "2019-04-30 12:00:00",
          );
        });
        const expected = await compute(rows, {
          demandWindowMinutes: slide * factor,
          demandSlideMinutes: slide,
        });
        const placed = drawn.filter(([, zone]) => zone < 264).length;
        for (const index of ["taxi-demand-zones", "taxi-demand-cells"] as const) {
          const documents = [...(expected.documents.get(index)?.values() ?? [])];
          const total = documents.reduce((sum, { trips }) => sum + Number(trips), 0);
          expect(total).to.equal(placed * factor);
        }
      }),
      { numRuns: 40 },
    );
  });
});
