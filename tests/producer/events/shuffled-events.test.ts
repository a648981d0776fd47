import { expect } from "chai";
import fc from "fast-check";
import type { EventSource, SourceEvent } from "../../../producer/events/record";
import { shuffledEvents } from "../../../producer/events/shuffled-events";

function sourceOf(times: readonly number[]): EventSource {
  const events: SourceEvent[] = [...times]
    .sort((a, b) => a - b)
    .map((eventTime, at) => ({ eventTime, partitionKey: String(at), data: new Uint8Array() }));
  return { count: events.length, events: () => events };
}

describe("Shuffled events", () => {
  const times = fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 60 });

  it("are the same events, none of which comes later than the stretch allows", () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 5_000 }), (drawn, stretch) => {
        const source = sourceOf(drawn);
        const events = [...shuffledEvents(source, stretch).events()];
        expect(events).to.have.members([...source.events()]);
        let newest = -Infinity;
        for (const { eventTime } of events) {
          newest = Math.max(newest, eventTime);
          expect(newest - eventTime).to.be.lessThan(stretch);
        }
      }),
    );
  });

  it("are out of order, and in the same disorder every time", () => {
    const source = sourceOf(Array.from({ length: 100 }, (_, at) => at));
    const shuffled = shuffledEvents(source, 1000);
    const order = [...shuffled.events()].map(({ eventTime }) => eventTime);
    expect(order).not.to.deep.equal([...order].sort((a, b) => a - b));
    expect([...shuffled.events()].map(({ eventTime }) => eventTime)).to.deep.equal(order);
    expect(shuffled.count).to.equal(100);
  });
});
