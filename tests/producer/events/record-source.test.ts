import { expect } from "chai";
import type { EventSource } from "../../../producer/events/record";
import type { RecordOptions } from "../../../producer/events/record-source";
import { EventRecords } from "../../../producer/events/record-source";
import { tripShape } from "../../../producer/trips/taxi";

const start = Date.parse("2019-03-01T17:00:00Z");
const isoTime = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Trips that end so many seconds after the start. */
function source(...ends: number[]): EventSource {
  return {
    count: ends.length,
    *events() {
      for (const [index, end] of ends.entries()) {
        const eventTime = start + end * 1000;
        const event = {
          id: String(index).repeat(32),
          pickupTime: isoTime(eventTime - 60_000),
          dropoffTime: isoTime(eventTime),
          pickupZone: index + 1,
          dropoffZone: 7,
        };
        yield {
          eventTime,
          partitionKey: String(index + 1),
          data: Buffer.from(JSON.stringify(event)),
        };
      }
    },
  };
}

function records(
  events: EventSource,
  changes: Partial<RecordOptions>,
  from: number,
  count: number,
) {
  const options: RecordOptions = {
    from: -Infinity,
    loop: false,
    shiftMs: 0,
    partitionKey: "pickupZone",
    maxRecordBytes: 1024 * 1024,
    ...changes,
  };
  const all = new EventRecords(events, tripShape, options);
  const chosen = [];
  for (const record of all.records(from)) {
    const event = JSON.parse(Buffer.from(record.data).toString()) as Record<string, unknown>;
    chosen.push({ ...record, event });
    if (chosen.length === count) {
      break;
    }
  }
  return { count: all.count, chosen };
}

describe("The records of a replay", () => {
  it("are numbered, and may begin at any position and event time", () => {
    const { count, chosen } = records(source(0, 10, 20, 30), { from: start + 10_000 }, 1, 9);
    expect(count).to.equal(4);
    expect(chosen.map(({ position, partitionKey }) => [position, partitionKey])).to.deep.equal([
      [1, "3"],
      [2, "4"],
    ]);
  });

  it("may be moved to another time, with all their times and the same ids", () => {
    const [record] = records(source(0), { shiftMs: 86_400_000 }, 0, 1).chosen;
    expect(record?.eventTime).to.equal(start + 86_400_000);
    expect(record?.event).to.include({
      id: "0".repeat(32),
      pickupTime: "2019-03-02T16:59:00Z",
      dropoffTime: "2019-03-02T17:00:00Z",
    });
  });

  it("begin again in a loop, later, with other ids, and the same whenever a run goes on", () => {
    const events = source(0, 10);
    const { count, chosen } = records(events, { loop: true, shiftMs: 1000 }, 0, 6);
    expect(count).to.equal(undefined);
    expect(chosen.map(({ eventTime }) => (eventTime - start) / 1000)).to.deep.equal([
      1, 11, 12, 22, 23, 33,
    ]);
    expect(
      chosen.map(({ event, eventTime }) => event["dropoffTime"] === isoTime(eventTime)),
    ).not.to.include(false);
    expect(new Set(chosen.map(({ event }) => event["id"])).size).to.equal(6);
    expect(chosen[5]?.event["id"]).to.match(/^[0-9a-f]{32}$/);
    expect(records(events, { loop: true, shiftMs: 1000 }, 4, 2).chosen).to.deep.equal(
      chosen.slice(4),
    );
  });

  it("may have another field or a number each as partition key", () => {
    const keys = (partitionKey: string) =>
      records(source(0, 1), { partitionKey }, 0, 2).chosen.map((record) => record.partitionKey);
    expect(keys("pickupZone")).to.deep.equal(["1", "2"]);
    expect(keys("dropoffZone")).to.deep.equal(["7", "7"]);
    expect(keys("round-robin")).to.deep.equal(["0", "1"]);
  });

  it("are none when nothing is in the range, also in a loop", () => {
    expect(records(source(0), { from: Infinity, loop: true }, 0, 1).chosen).to.deep.equal([]);
  });

  it("are refused when the stream takes none so large", () => {
    expect(() => records(source(0), { maxRecordBytes: 100 }, 0, 1)).to.throw(
      RangeError,
      "the stream takes at most 100",
    );
  });
});
