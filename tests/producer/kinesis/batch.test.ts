import { expect } from "chai";
import fc from "fast-check";
import { loadOf, requestLimits, selectBatch } from "../../../producer/kinesis/batch";
import type { OutgoingRecord } from "../../../producer/events/record";
import { outgoingRecord } from "../../../producer/events/record";

/** Records of one byte and of the given keys; a second of event time from one to the next. */
function records(keys: readonly string[], bytes = 1): OutgoingRecord[] {
  return keys.map((key, position) =>
    outgoingRecord(position, position * 1000, key, new Uint8Array(bytes)),
  );
}

const positions = (batch: readonly OutgoingRecord[]) => batch.map(({ position }) => position);

describe("The records of a request", () => {
  it("are the oldest ones, one of each partition key", () => {
    const waiting = records(["a", "b", "a", "c", "b", "d"]);
    expect(positions(selectBatch(waiting, requestLimits, Infinity))).to.deep.equal([0, 1, 3, 5]);
  });

  it("are none when none wait", () => {
    expect(selectBatch([], requestLimits, Infinity)).to.deep.equal([]);
  });

  for (const [waiting, chosen] of [
    [499, 499],
    [500, 500],
    [501, 500],
  ] as const) {
    it(`are ${chosen} of ${waiting}`, () => {
      const keys = Array.from({ length: waiting }, (_, index) => String(index));
      expect(selectBatch(records(keys), requestLimits, Infinity)).to.have.length(chosen);
    });
  }

  it("have at most the bytes of a request, partition keys included", () => {
    const waiting = records(["a", "b", "c", "d"], 9);
    expect(selectBatch(waiting, { ...requestLimits, bytes: 30 }, Infinity)).to.have.length(3);
    expect(selectBatch(waiting, { ...requestLimits, bytes: 29 }, Infinity)).to.have.length(2);
  });

  it("are one record when that alone is larger than the limit", () => {
    expect(
      selectBatch(records(["a", "b"], 9), { ...requestLimits, bytes: 5 }, Infinity),
    ).to.have.length(1);
  });

  it("are none after the latest event time", () => {
    const waiting = records(["a", "b", "c", "d"]);
    expect(selectBatch(waiting, requestLimits, 2000)).to.have.length(3);
    expect(selectBatch(waiting, requestLimits, 1999)).to.have.length(2);
    expect(selectBatch(waiting, requestLimits, -1)).to.have.length(0);
  });

  it("keep every limit and pass over no record without a reason", () => {
    const limits = fc.record({
      records: fc.integer({ min: 1, max: 10 }),
      bytes: fc.integer({ min: 1, max: 100 }),
    });
    const latest = fc.integer({ min: 0, max: 20_000 });
    const keys = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 });
    const recordBytes = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(keys, recordBytes, limits, latest, (partitionKeys, bytes, limit, latestTime) => {
        const waiting = records(partitionKeys, bytes);
        const batch = selectBatch(waiting, limit, latestTime);
        const batchKeys = new Set(batch.map(({ partitionKey }) => partitionKey));
        const last = batch.at(-1);
        expect(batch[0]).to.equal(waiting[0]);
        expect(batch.length).to.be.at.most(limit.records);
        expect(batchKeys.size).to.equal(batch.length);
        expect(batch.length === 1 || loadOf(batch).bytes <= limit.bytes).to.equal(true);
        expect(last?.eventTime).to.be.at.most(latestTime);
        for (const record of waiting.slice(0, (last?.position ?? 0) + 1)) {
          expect(batchKeys.has(record.partitionKey)).to.equal(true);
        }
      }),
    );
  });
});

describe("A record", () => {
  it("counts its data and its partition key, in bytes", () => {
    expect(outgoingRecord(0, 0, "key", new Uint8Array(100)).bytes).to.equal(103);
    expect(outgoingRecord(0, 0, "ключ", new Uint8Array(1)).bytes).to.equal(9);
  });
});
