import { expect } from "chai";
import { RowRejection } from "../../../producer/files/rows";
import { TripRowReader } from "../../../producer/trips/trip-row";
import { header, row, validValues } from "../support/trip-rows";

const reader = new TripRowReader(header.split(","));
const read = (changes: Partial<typeof validValues> = {}) => reader.read(row(changes).split(","));

function rejection(changes: Partial<typeof validValues>): RowRejection {
  try {
    read(changes);
  } catch (error) {
    if (error instanceof RowRejection) {
      return error;
    }
    throw error;
  }
  throw new Error("The row was accepted");
}

describe("A trip row", () => {
  it("becomes a trip with UTC instants", () => {
    const trip = read();
    expect(trip).to.deep.equal({
      id: trip.id,
      pickupTime: Date.parse("2019-03-01T17:00:00Z"),
      dropoffTime: Date.parse("2019-03-01T17:10:00Z"),
      pickupZone: 143,
      dropoffZone: 238,
      passengers: 2,
      distanceMiles: 1.1,
      fareUsd: 6.5,
      totalUsd: 9.95,
    });
  });

  it("has the same id whenever it is read, and another id when any value differs", () => {
    const ids = [
      read(),
      read({ passengers: "3" }),
      read({ fare: "6.50" }),
      read({ fare: "6.59", total: ".95" }),
    ].map(({ id }) => id);
    expect(read().id).to.equal(ids[0]);
    expect(ids[0]).to.match(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it("may leave out what is optional", () => {
    const trip = read({ passengers: "", distance: "", fare: "", total: "" });
    expect([trip.passengers, trip.distanceMiles, trip.fareUsd, trip.totalUsd]).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("may write whole numbers with a fraction of zero", () => {
    const trip = read({ passengers: "1.0", pickupZone: "143.0" });
    expect([trip.passengers, trip.pickupZone]).to.deep.equal([1, 143]);
  });

  it("may lie in the zones 264 and 265, which mean unknown", () => {
    const trip = read({ pickupZone: "264", dropoffZone: "265" });
    expect([trip.pickupZone, trip.dropoffZone]).to.deep.equal([264, 265]);
  });

  it("may cost nothing", () => {
    expect(read({ fare: "0", total: "0.0" }).totalUsd).to.equal(0);
  });

  const broken: [string, Partial<typeof validValues>, string][] = [
    ["missing-field", { pickup: "" }, "pickupTime is empty"],
    ["missing-field", { dropoffZone: " " }, "dropoffZone is empty"],
    ["invalid-time", { dropoff: "yesterday" }, "dropoffTime is yesterday"],
    ["invalid-number", { pickupZone: "Queens" }, "pickupZone is Queens"],
    ["invalid-number", { passengers: "1.5" }, "passengers is 1.5; expected an integer"],
    ["invalid-number", { distance: "-1" }, "distanceMiles is -1"],
    ["invalid-number", { fare: "1e999" }, "fareUsd is 1e999"],
    ["invalid-number", { total: "1.5.0" }, "totalUsd is 1.5.0"],
    ["invalid-zone", { pickupZone: "0" }, "pickupZone is 0; expected an integer from 1 to 265"],
    ["invalid-zone", { dropoffZone: "266" }, "dropoffZone is 266"],
    ["invalid-zone", { pickupZone: "1.5" }, "pickupZone is 1.5"],
    ["dropoff-not-after-pickup", { dropoff: validValues.pickup }, "0 s before"],
    ["dropoff-not-after-pickup", { dropoff: "2019-03-01 11:59:00" }, "60 s before"],
    ["negative-amount", { fare: "-0.01" }, "fareUsd is -0.01"],
    ["negative-amount", { total: "-5" }, "totalUsd is -5"],
  ];
  for (const [reason, changes, detail] of broken) {
    it(`is rejected as ${reason} with ${JSON.stringify(changes)}`, () => {
      const rejected = rejection(changes);
      expect(rejected.reason).to.equal(reason);
      expect(rejected.message).to.include(detail);
    });
  }

  it("is rejected as unparsable-row when it has another number of fields than the header", () => {
    expect(rejection({ total: "1,2" }).reason).to.equal("unparsable-row");
    expect(rejection({ total: "1,2" }).message).to.equal("9 fields; the header has 8");
  });
});

describe("The header of a trip file", () => {
  const problems = (text: string) => new TripRowReader(text.split(",")).problems;

  it("may use the official names of yellow and of green taxis, in any case and order", () => {
    for (const names of [
      "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,PULocationID,DOLocationID",
      "DOLocationID,PULocationID,lpep_dropoff_datetime,lpep_pickup_datetime",
      "\uFEFFPickup_DateTime, dropOff_datetime,PUlocationID,DOlocationID",
    ]) {
      expect(problems(names), names).to.deep.equal([]);
    }
  });

  it("finds values by the names of their columns", () => {
    const official = new TripRowReader(
      "DOLocationID,tpep_dropoff_datetime,PULocationID,tpep_pickup_datetime".split(","),
    );
    const trip = official.read(["238", validValues.dropoff, "143", validValues.pickup]);
    expect([trip.pickupZone, trip.dropoffZone]).to.deep.equal([143, 238]);
    expect(trip.dropoffTime - trip.pickupTime).to.equal(600_000);
  });

  it("is refused with all missing columns and the columns found", () => {
    expect(problems("pickup_datetime,pulocationid,colour")).to.deep.equal([
      "missing columns: dropoff_datetime or tpep_dropoff_datetime or lpep_dropoff_datetime or trip_dropoff_datetime; " +
        "dropoff_location_id or dolocationid, or dropoff_longitude or end_lon with dropoff_latitude or end_lat; columns found: pickup_datetime, pulocationid, colour",
    ]);
  });

  it("is refused when two columns hold the same", () => {
    expect(problems(`${header},tpep_pickup_datetime`)).to.deep.equal([
      "columns pickup_datetime and tpep_pickup_datetime both hold the pickupTime; keep one",
    ]);
  });
});
