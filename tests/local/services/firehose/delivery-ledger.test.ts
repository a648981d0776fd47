import { expect } from "chai";
import * as fc from "fast-check";
import { DeliveryLedger } from "../../../../local/services/firehose/delivery-ledger";

const record = (shardId: string, sequenceNumber: string) => ({
  shardId,
  sequenceNumber,
  partitionKey: "key",
  arrival: new Date(0),
  data: Buffer.alloc(0),
});

describe("The delivery ledger", () => {
  it("moves a shard's position on to the last record before which nothing is open", () => {
    const ledger = new DeliveryLedger();
    const [first, second, third] = ["1", "2", "3"].map((number) =>
      ledger.open(record("s", number)),
    );
    if (!first || !second || !third) throw new Error("three tickets were opened");
    second.holders -= 1;
    ledger.settle();
    expect([...ledger.positions]).to.deep.equal([]);
    first.holders -= 1;
    ledger.settle();
    expect([...ledger.positions]).to.deep.equal([["s", "2"]]);
    third.holders += 1;
    third.holders -= 1;
    ledger.settle();
    expect([...ledger.positions]).to.deep.equal([["s", "2"]]);
    third.holders -= 1;
    ledger.settle();
    expect([...ledger.positions]).to.deep.equal([["s", "3"]]);
  });

  it("keeps the positions of an earlier run for shards without new records", () => {
    const ledger = new DeliveryLedger();
    ledger.positions.set("t", "9");
    ledger.open(record("s", "1")).holders -= 1;
    ledger.settle();
    expect([...ledger.positions]).to.deep.equal([
      ["t", "9"],
      ["s", "1"],
    ]);
  });

  it("never passes an open record, in whatever order records are released", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ shard: fc.constantFrom("s", "t"), order: fc.nat() })),
        fc.nat(),
        (records, count) => {
          const ledger = new DeliveryLedger();
          const tickets = records.map(({ shard, order }, index) => ({
            ticket: ledger.open(record(shard, String(index))),
            order,
          }));
          const released = new Set<unknown>();
          const inOrder = [...tickets].sort((one, other) => one.order - other.order);
          for (const { ticket } of inOrder.slice(0, count)) {
            ticket.holders -= 1;
            released.add(ticket);
            ledger.settle();
          }
          for (const shard of ["s", "t"]) {
            const ofShard = tickets.flatMap(({ ticket }) =>
              ticket.shardId === shard ? ticket : [],
            );
            const firstOpen = ofShard.findIndex((ticket) => !released.has(ticket));
            const done = firstOpen === -1 ? ofShard : ofShard.slice(0, firstOpen);
            expect(ledger.positions.get(shard)).to.equal(done.at(-1)?.sequenceNumber);
          }
        },
      ),
    );
  });
});
