import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { BinaryReader } from "google-protobuf";
import { aggregated, deaggregated, selectAggregate } from "../../../producer/kinesis/aggregation";
import { outgoingRecord } from "../../../producer/events/record";

const events = fc.array(
  fc.record({
    key: fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
  { minLength: 2, maxLength: 200 },
);
const recordsOf = (list: readonly { key: string; data: Uint8Array }[]) =>
  list.map(({ key, data }, position) => outgoingRecord(position, position * 1000, key, data));

describe("A record made of others", () => {
  it("has the format of the Kinesis Producer Library", () => {
    const list = [
      { key: "b", data: Buffer.from("first") },
      { key: "a", data: Buffer.from("second") },
      { key: "b", data: Buffer.alloc(300, "x") },
    ];
    const { partitionKey, data, position } = aggregated(recordsOf(list));
    expect([partitionKey, position]).to.deep.equal(["b", 0]);
    const content = Buffer.from(data);
    const message = content.subarray(4, -16);
    expect(content.subarray(0, 4).toString("hex")).to.equal("f3899ac2");
    expect(content.subarray(-16)).to.deep.equal(createHash("md5").update(message).digest());
    const reader = new BinaryReader(message);
    const keys: string[] = [];
    const records: { key: string | undefined; data: string }[] = [];
    while (reader.nextField()) {
      if (reader.getFieldNumber() === 1) {
        keys.push(reader.readString());
        continue;
      }
      expect(reader.getFieldNumber()).to.equal(3);
      const record = new BinaryReader(reader.readBytes());
      record.nextField();
      expect(record.getFieldNumber()).to.equal(1);
      const key = keys[record.readUint64()];
      record.nextField();
      expect(record.getFieldNumber()).to.equal(3);
      records.push({ key, data: Buffer.from(record.readBytes()).toString() });
    }
    expect(keys).to.deep.equal(["b", "a"]);
    expect(records).to.deep.equal(
      list.map(({ key, data: body }) => ({ key, data: body.toString() })),
    );
  });

  it("gives back what it is made of, in order, and is not larger than was asked for", () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 50, max: 20_000 }), (list, limit) => {
        const records = recordsOf(list);
        const chosen = selectAggregate(records, limit, Infinity);
        expect(chosen).to.deep.equal(records.slice(0, Math.max(chosen.length, 1)));
        const whole = aggregated(chosen);
        if (chosen.length > 1) {
          expect(whole.bytes).to.be.at.most(limit);
        }
        const plain = ({ partitionKey, data }: { partitionKey: string; data: Uint8Array }) => [
          partitionKey,
          [...data],
        ];
        expect(deaggregated(whole).map(plain)).to.deep.equal(chosen.map(plain));
      }),
    );
  });

  it("holds nothing that is not due", () => {
    const records = recordsOf(["a", "b", "c"].map((key) => ({ key, data: Buffer.from("x") })));
    expect(selectAggregate(records, 10_000, 1000)).to.deep.equal(records.slice(0, 2));
    expect(selectAggregate(records, 10_000, -1)).to.deep.equal([]);
  });

  it("is left as it is when it only looks like one", () => {
    const record = { partitionKey: "a", data: Buffer.from("f3899ac2".padEnd(60, "0"), "hex") };
    expect(deaggregated(record)).to.deep.equal([record]);
    const text = { partitionKey: "a", data: Buffer.from("{}") };
    expect(deaggregated(text)).to.deep.equal([text]);
  });
});
