import { expect } from "chai";
import fc from "fast-check";
import {
  decide,
  reachable,
  type Rules,
  type Situation,
} from "../../infra/scaling/lambda/decisions";

const now = new Date("2026-03-01T12:00:00Z");
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

const rules: Rules = {
  min: 2,
  max: 16,
  granularity: 1,
  outCooldownSeconds: 300,
  inCooldownSeconds: 1800,
  changesPerDay: 10,
  maxLagMilliseconds: 60_000,
  lookBackMinutes: 1440,
};

const calm: Situation = {
  now,
  capacity: 4,
  obstacle: undefined,
  changing: false,
  changes: [],
  lagMilliseconds: 0,
  needed: 0,
  isOutdated: false,
  hotShard: false,
};

interface Case {
  readonly title: string;
  readonly wish: number;
  readonly situation?: Partial<Situation>;
  readonly rules?: Partial<Rules>;
  /** A capacity, undefined to keep the present one, or what the refusal says. */
  readonly becomes: number | RegExp | undefined;
}

const cases: readonly Case[] = [
  { title: "doubles", wish: 8, becomes: 8 },
  { title: "grows by less", wish: 5, becomes: 5 },
  { title: "halves", wish: 2, becomes: 2 },
  { title: "rounds a fraction up", wish: 4.2, becomes: 5 },
  { title: "never more than doubles", wish: 16, becomes: 8 },
  { title: "never less than halves", wish: 2, situation: { capacity: 9 }, becomes: 5 },
  { title: "keeps what is wished already", wish: 4, becomes: undefined },
  { title: "stops at the maximum", wish: 24, situation: { capacity: 12 }, becomes: 16 },
  {
    title: "stays at the maximum",
    wish: 32,
    situation: { capacity: 16 },
    becomes: undefined,
  },
  { title: "stops at the minimum", wish: 1, becomes: 2 },
  { title: "stays at the minimum", wish: 1, situation: { capacity: 2 }, becomes: undefined },
  {
    title: "comes back to a minimum above double in steps",
    wish: 1,
    situation: { capacity: 2 },
    rules: { min: 8 },
    becomes: 4,
  },
  {
    title: "comes back to a maximum below half in steps",
    wish: 40,
    situation: { capacity: 40 },
    rules: { max: 8 },
    becomes: 20,
  },
  { title: "fills whole units", wish: 5, rules: { granularity: 4, min: 4 }, becomes: 8 },
  {
    title: "keeps a unit that would be half used",
    wish: 3,
    rules: { granularity: 4, min: 4 },
    becomes: undefined,
  },
  {
    title: "waits for a change under way",
    wish: 8,
    situation: { obstacle: "the stream trips is UPDATING, not ACTIVE" },
    becomes: /is UPDATING, not ACTIVE/,
  },
  {
    title: "does not mind an obstacle when there is nothing to do",
    wish: 4,
    situation: { obstacle: "the stream trips is UPDATING, not ACTIVE" },
    becomes: undefined,
  },
  {
    title: "waits for the end of the cool-down after growing",
    wish: 8,
    situation: { changes: [minutesAgo(4.9), minutesAgo(90)] },
    becomes:
      /last change was at 2026-03-01T11:55:06.000Z; the cool-down of 300 s ends at 2026-03-01T12:00:06.000Z/,
  },
  {
    title: "grows when the cool-down is just over",
    wish: 8,
    situation: { changes: [minutesAgo(5)] },
    becomes: 8,
  },
  {
    title: "waits longer before it shrinks",
    wish: 2,
    situation: { changes: [minutesAgo(29)] },
    becomes: /cool-down of 1800 s ends at 2026-03-01T12:01:00.000Z/,
  },
  {
    title: "shrinks when that is over",
    wish: 2,
    situation: { changes: [minutesAgo(30)] },
    becomes: 2,
  },
  {
    title: "makes a tenth change in 24 hours",
    wish: 8,
    situation: { changes: every(9, 60) },
    becomes: 8,
  },
  {
    title: "keeps the changes that lead to the maximum, and does not shrink with them",
    wish: 4,
    situation: { capacity: 8, changes: every(8, 60) },
    becomes:
      /8 of 10 changes in 24 hours are used, and the way from 4 to the maximum, 16, takes 2$/,
  },
  {
    title: "shrinks with a change that the way to the maximum does not need",
    wish: 4,
    situation: { capacity: 8, changes: every(7, 60) },
    becomes: 4,
  },
  {
    title: "shrinks to what the load of the last day needed",
    wish: 4,
    situation: { capacity: 8, needed: 5 },
    becomes: 5,
  },
  {
    title: "saves its changes where that needed nearly as much",
    wish: 4,
    situation: { capacity: 8, needed: 7 },
    becomes: /the load of the last 1440 minutes takes 7/,
  },
  {
    title: "does not shrink when the load of the last day is not known",
    wish: 4,
    situation: { capacity: 8, needed: undefined },
    becomes: /the load of the last 1440 minutes is not known/,
  },
  {
    title: "does not grow for one shard",
    wish: 8,
    situation: { hotShard: true },
    becomes: /one shard is throttled and the others are not/,
  },
  {
    title: "waits for a measure of what it has changed",
    wish: 8,
    situation: { isOutdated: true },
    becomes: /no full minute is known since the last change/,
  },
  {
    title: "does not make an eleventh",
    wish: 8,
    situation: { changes: every(10, 60) },
    becomes:
      /10 of 10 changes in 24 hours are used; the next is possible at 2026-03-02T02:00:00.000Z/,
  },
  {
    title: "forgets a change after 24 hours",
    wish: 8,
    situation: { changes: every(10, 144) },
    becomes: 8,
  },
  {
    title: "counts no changes where the service has no limit",
    wish: 8,
    situation: { changes: every(40, 30) },
    rules: { changesPerDay: undefined },
    becomes: 8,
  },
  {
    title: "does not shrink while readers are behind",
    wish: 2,
    situation: { lagMilliseconds: 60_001 },
    becomes: /readers are 60001 ms behind, more than 60000 ms/,
  },
  {
    title: "shrinks while readers are as far behind as they may be",
    wish: 2,
    situation: { lagMilliseconds: 60_000 },
    becomes: 2,
  },
  {
    title: "does not shrink when nobody knows whether readers are behind",
    wish: 2,
    situation: { lagMilliseconds: undefined },
    becomes: /how far readers are behind is not known/,
  },
  {
    title: "grows however far readers are behind",
    wish: 8,
    situation: { lagMilliseconds: undefined },
    becomes: 8,
  },
];

/** Times of so many changes, as many minutes apart. */
function every(count: number, minutes: number): Date[] {
  return Array.from({ length: count }, (_, index) => minutesAgo((index + 1) * minutes));
}

describe("a scaling decision", () => {
  for (const { title, wish, situation, rules: changed, becomes } of cases) {
    it(title, () => {
      const decision = decide(wish, { ...calm, ...situation }, { ...rules, ...changed });
      if (becomes instanceof RegExp) {
        expect(decision.kind).to.be.oneOf(["refuse", "wait"]);
        expect(decision).to.have.property("reason").that.matches(becomes);
      } else if (becomes === undefined) {
        expect(decision).to.deep.equal({ kind: "keep" });
      } else {
        expect(decision).to.deep.equal({ kind: "change", capacity: becomes });
      }
    });
  }

  const anyRules = fc
    .record({
      granularity: fc.integer({ min: 1, max: 8 }),
      min: fc.integer({ min: 1, max: 40 }),
      more: fc.integer({ min: 0, max: 40 }),
    })
    .map(({ granularity, min, more }) => ({
      ...rules,
      granularity,
      min: min * granularity,
      max: (min + more) * granularity,
    }));
  const anyWish = fc.double({ min: 0.01, max: 1000, noNaN: true });
  const anyCapacity = fc.integer({ min: 1, max: 400 });

  it("leads to whole units inside double and half, and inside the bounds once there", () => {
    fc.assert(
      fc.property(anyWish, anyCapacity, anyRules, (wish, units, some) => {
        const { granularity, min, max } = some;
        const capacity = units * granularity;
        const target = reachable(wish, capacity, some);
        expect(target % granularity).to.equal(0);
        expect(target)
          .to.be.at.least(capacity / 2)
          .and.at.most(capacity * 2);
        expect(target).to.be.at.least(Math.min(min, capacity * 2));
        expect(target).to.be.at.most(Math.max(max, Math.ceil(units / 2) * granularity));
      }),
    );
  });

  it("comes to the wish, and stays there, when it is repeated", () => {
    fc.assert(
      fc.property(anyWish, anyCapacity, anyRules, (wish, units, some) => {
        let capacity = units * some.granularity;
        for (let step = 0; step < 10; step += 1) capacity = reachable(wish, capacity, some);
        expect(capacity).to.be.at.least(Math.min(wish, some.max)).and.at.most(some.max);
        expect(capacity).to.be.at.least(some.min);
        expect(reachable(wish, capacity, some)).to.equal(capacity);
      }),
    );
  });

  it("grows with the wish", () => {
    fc.assert(
      fc.property(anyWish, anyWish, anyCapacity, anyRules, (one, other, capacity, some) => {
        const low = reachable(Math.min(one, other), capacity, some);
        const high = reachable(Math.max(one, other), capacity, some);
        expect(low).to.be.at.most(high);
      }),
    );
  });

  it("always has the changes left that lead to the maximum", () => {
    const requests = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.boolean()), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(requests, (wishes) => {
        const changes: Date[] = [];
        let capacity = rules.min;
        let time = now;
        for (const [wait, out] of wishes) {
          time = new Date(time.getTime() + wait * 60_000);
          const situation = { ...calm, now: time, capacity, changes: [...changes] };
          const decision = decide(out ? capacity * 2 : capacity / 2, situation, rules);
          if (out && capacity < rules.max && decision.kind !== "change") {
            // Only the cool-down stands in the way.
            expect(decision.kind).to.equal("wait");
          }
          if (decision.kind !== "change") continue;
          changes.push(time);
          capacity = decision.capacity;
        }
      }),
    );
  });

  it("never makes more changes in 24 hours than allowed, nor two inside a cool-down", () => {
    const minutes = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.boolean()), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(minutes, (requests) => {
        const changes: Date[] = [];
        let capacity = 4;
        let time = now;
        for (const [wait, out] of requests) {
          time = new Date(time.getTime() + wait * 60_000);
          const situation = { ...calm, now: time, capacity, changes: [...changes] };
          const decision = decide(out ? capacity * 2 : capacity / 2, situation, rules);
          if (decision.kind !== "change") continue;
          const last = changes.at(-1);
          if (last !== undefined) {
            const gap = (time.getTime() - last.getTime()) / 1000;
            expect(gap).to.be.at.least(out ? rules.outCooldownSeconds : rules.inCooldownSeconds);
          }
          changes.push(time);
          capacity = decision.capacity;
          const day = time.getTime() - 24 * 60 * 60_000;
          expect(changes.filter((change) => change.getTime() > day).length).to.be.at.most(10);
        }
      }),
    );
  });
});
