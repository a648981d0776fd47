import { expect } from "chai";
import fc from "fast-check";
import { EventStore, merged } from "../../../producer/events/event-store";
import type { SourceEvent } from "../../../producer/events/record";

const event = fc.record({
  eventTime: fc.integer({ min: 0, max: 5 }),
  partitionKey: fc.string({ unit: "grapheme", maxLength: 10 }),
  data: fc.uint8Array({ maxLength: 300 }),
});
const plain = ({ eventTime, partitionKey, data }: SourceEvent) => ({
  eventTime,
  partitionKey,
  data: [...data],
});

describe("The store of events", () => {
  it("gives them back by event time, equal ones as they came, also when they do not fit into memory", () => {
    fc.assert(
      fc.property(
        fc.array(event),
        fc.constantFrom(1, 400, 2000, 10_000_000),
        (events, runBytes) => {
          const store = new EventStore(runBytes);
          for (const each of events) {
            store.add(each);
          }
          const expected = events.toSorted((a, b) => a.eventTime - b.eventTime).map(plain);
          expect(store.count).to.equal(events.length);
          expect([...store.events()].map(plain)).to.deep.equal(expected);
          expect([...store.events()].map(plain)).to.deep.equal(expected);
        },
      ),
    );
  });

  it("reads events that are larger than what is read at a time", () => {
    const store = new EventStore(1);
    const large = { eventTime: 1, partitionKey: "a", data: Buffer.alloc(200_000, "x") };
    store.add(large);
    store.add({ ...large, eventTime: 0 });
    expect([...store.events()].map(plain)).to.deep.equal([
      plain({ ...large, eventTime: 0 }),
      plain(large),
    ]);
  });
});

describe("Sources merged", () => {
  it("are sorted, and events of the same time are in the order of their places", () => {
    fc.assert(
      fc.property(fc.array(fc.array(event)), (lists) => {
        const placed = lists.flatMap((list, at) =>
          list.map((each, index) => ({ ...each, place: (index + 1) * lists.length - at, at })),
        );
        const order = (all: typeof placed) =>
          all.toSorted((a, b) => a.eventTime - b.eventTime || a.place - b.place);
        const sources = lists.map((_, at) => order(placed.filter((each) => each.at === at)));
        expect([...merged(sources)]).to.deep.equal(order(placed));
      }),
    );
  });
});
