import { expect } from "chai";
import { backlog, type SampleTrip, tripRecord } from "../../bench/job/trips";

describe("The trips of the benchmark", () => {
  const sample: SampleTrip[] = Array.from({ length: 40 }, (_, index) => ({
    dropoffSecond: index * 2000,
    seconds: 60,
    pickupZone: index + 1,
    dropoffZone: 132,
    others: { passengers: 1 },
  }));
  const copies = 25;
  const dayOfTrips = sample.length * copies;
  const events = (count: number) =>
    [...backlog(sample, copies, count)].map(
      ({ data }) =>
        JSON.parse(Buffer.from(data).toString()) as {
          id: string;
          dropoffTime: string;
          pickupZone: number;
        },
    );

  it("are as many as are wanted, none twice", () => {
    const trips = events(2 * dayOfTrips + 7);
    expect(new Set(trips.map(({ id }) => id)).size).to.equal(2 * dayOfTrips + 7);
    expect(trips.every(({ id }) => /^[0-9a-f]{32}$/.test(id))).to.equal(true);
  });

  it("have each trip of the sample equally often on every day", () => {
    for (const day of [1, 2]) {
      const zones = events(day * dayOfTrips)
        .slice(-dayOfTrips)
        .map(({ dropoffTime, pickupZone }) => `${dropoffTime.slice(0, 10)} ${pickupZone}`);
      const counts = new Map<string, number>();
      for (const zone of zones) counts.set(zone, (counts.get(zone) ?? 0) + 1);
      expect([...counts.keys()]).to.have.members(
        sample.map(({ pickupZone }) => `2019-03-0${day} ${pickupZone}`),
      );
      expect(new Set(counts.values())).to.deep.equal(new Set([copies]));
    }
  });

  it("are out of order by less than the job waits", () => {
    let latest = 0;
    for (const { dropoffTime } of events(dayOfTrips)) {
      const time = Date.parse(dropoffTime);
      expect(latest - time).to.be.below(60_000);
      latest = Math.max(latest, time);
    }
  });

  it("are put by their pick-up zone, as the contract of the event says", () => {
    const trip = { ...sample[0], pickupZone: 7, seconds: 90 } as SampleTrip;
    const { partitionKey, data } = tripRecord(trip, Date.parse("2019-03-01T18:00:00Z"), 255);
    expect(partitionKey).to.equal("7");
    expect(JSON.parse(Buffer.from(data).toString())).to.deep.equal({
      id: `${"0".repeat(30)}ff`,
      pickupTime: "2019-03-01T17:58:30Z",
      dropoffTime: "2019-03-01T18:00:00Z",
      pickupZone: 7,
      dropoffZone: 132,
      passengers: 1,
    });
  });
});
