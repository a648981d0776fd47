import { expect } from "chai";
import fc from "fast-check";
import { Progress } from "../../../producer/replay/progress";
import { outgoingRecord } from "../../../producer/events/record";

const record = (position: number) => outgoingRecord(position, position * 1000, "key", Buffer.of(1));

describe("The progress of a replay", () => {
  it("is at the oldest record that is not settled, in whatever order they are", () => {
    const order = fc.shuffledSubarray([...Array(50).keys()], { minLength: 50 });
    fc.assert(
      fc.property(fc.nat(1000), order, fc.nat(49), (from, settling, lost) => {
        const progress = new Progress(from);
        for (let place = 0; place < 50; place += 1) progress.offered(record(from + place));
        const open = new Set(settling);
        for (const place of settling) {
          if (place === lost) progress.lost(record(from + place), "NoAnswer");
          else progress.acknowledged(record(from + place));
          open.delete(place);
          const oldest = Math.min(...open, 50);
          const firstLost = open.has(lost) ? 50 : lost;
          expect(progress.acknowledgedUpTo).to.equal(from + Math.min(oldest, firstLost));
          expect(progress.oldestUnsettledTime).to.equal(
            oldest === 50 ? undefined : (from + oldest) * 1000,
          );
          expect(progress.sentUpTo).to.equal(oldest === 0 ? undefined : (from + oldest - 1) * 1000);
        }
        expect([progress.recordsPut, progress.recordsLost]).to.deep.equal([49, 1]);
      }),
    );
  });

  it("goes on in a replay that is far longer than what is under way at a time", () => {
    const progress = new Progress(7);
    const underWay = 100;
    const count = 50_000;
    for (let place = 0; place < count; place += 1) {
      progress.offered(record(7 + place));
      if (place >= underWay) progress.acknowledged(record(7 + place - underWay));
    }
    expect(progress.acknowledgedUpTo).to.equal(7 + count - underWay);
    expect(progress.oldestUnsettledTime).to.equal((7 + count - underWay) * 1000);
    expect(progress.sentUpTo).to.equal((7 + count - underWay - 1) * 1000);
  });
});
