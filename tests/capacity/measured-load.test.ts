import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { measuredEvents, measuredFile } from "../../capacity/measured-load";
import { header, row } from "../producer/support/trip-rows";

const data = Buffer.alloc(99);

function eventsAt(...seconds: readonly number[]) {
  return seconds.map((second) => ({ eventTime: second * 1000, partitionKey: "7", data }));
}

describe("a load measured from events", () => {
  it("has their rate, the bytes of key and data, and the busiest second over the average", () => {
    const measured = measuredEvents(eventsAt(100, 100, 100, 101, 109), 1);
    expect(measured).to.deep.equal({
      recordsPerSecond: 0.5,
      recordBytes: 100,
      peak: 6,
      hottestKeyPercent: 100,
    });
  });

  it("is as many times faster as the replay, whose seconds take in as many of the events'", () => {
    const measured = measuredEvents(eventsAt(100, 100, 100, 101, 109), 5);
    expect(measured).to.deep.equal({
      recordsPerSecond: 2.5,
      recordBytes: 100,
      peak: 1.6,
      hottestKeyPercent: 100,
    });
  });

  it("counts the second of a single event", () => {
    expect(measuredEvents(eventsAt(100), 1)).to.deep.equal({
      recordsPerSecond: 1,
      recordBytes: 100,
      peak: 1,
      hottestKeyPercent: 100,
    });
  });

  for (const count of [98, 998, 1998]) {
    it(`leaves out what is far from ${count} others, and has the share of the most frequent key`, () => {
      const year = 365 * 86_400;
      const seconds = [-18 * year, ...Array.from({ length: count }, (_, second) => second), year];
      const events = seconds.map((second) => ({
        eventTime: second * 1000,
        partitionKey: second % 4 === 0 ? "hot" : String(second),
        data,
      }));
      const { recordsPerSecond, peak, hottestKeyPercent } = measuredEvents(
        events,
        1,
        events.length,
      );
      expect({ recordsPerSecond, peak }).to.deep.equal({ recordsPerSecond: 1, peak: 1 });
      expect(hottestKeyPercent).to.be.closeTo(25, 1);
    });
  }

  it("grows with the speed-up, and its peak never falls below the average", () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 1000 }), (all, speedup) => {
        const events = eventsAt(...all.sort((a, b) => a - b));
        const measured = measuredEvents(events, speedup);
        expect(measured.peak).to.be.at.least(1);
        expect(measured.recordsPerSecond).to.be.closeTo(
          measuredEvents(events, 1).recordsPerSecond * speedup,
          1e-6,
        );
      }),
    );
  });
});

describe("a load measured from a file of trips", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "measured-load-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is that of the records that the producer would send, rows that it rejects left out", async () => {
    const file = path.join(folder, "trips.csv");
    const rows = [
      row({ dropoff: "2019-03-01 12:10:00" }),
      row({ dropoff: "2019-03-01 12:10:09" }),
      row({ dropoff: "never" }),
    ];
    writeFileSync(file, [header, ...rows, ""].join("\n"));
    const measured = await measuredFile(file, 60);
    expect(measured).to.include({ recordsPerSecond: 12, peak: 1 });
    expect(measured.recordBytes).to.be.within(150, 300);
  });

  it("is refused where there is no file", async () => {
    const refusal = await measuredFile(path.join(folder, "none.csv"), 1).catch(String);
    expect(refusal).to.include("none.csv cannot be read");
  });
});
