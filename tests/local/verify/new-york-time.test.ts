import { expect } from "chai";
import fc from "fast-check";

import { newYorkSeconds } from "../../../local/verify/new-york-time";

const seconds = (instant: string) => Date.parse(instant) / 1000;

/** The wall clock of New York by the platform's time-zone data. */
const wallClock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "America/New_York",
  dateStyle: "short",
  timeStyle: "medium",
});

describe("New York wall-clock time", () => {
  const known: readonly (readonly [string, string, string])[] = [
    ["in winter", "2019-03-01 18:43:31", "2019-03-01T23:43:31Z"],
    ["in summer", "2019-07-01 18:43:31", "2019-07-01T22:43:31Z"],
    ["just before spring's change", "2019-03-10 01:59:59", "2019-03-10T06:59:59Z"],
    ["in the hour that does not exist", "2019-03-10 02:30:00", "2019-03-10T07:30:00Z"],
    ["just after spring's change", "2019-03-10 03:00:00", "2019-03-10T07:00:00Z"],
    ["first in the hour that is repeated", "2019-11-03 01:30:00", "2019-11-03T05:30:00Z"],
    ["just after autumn's repeated hour", "2019-11-03 02:00:00", "2019-11-03T07:00:00Z"],
    ["under the rules before 2007", "2006-03-20 12:00:00", "2006-03-20T17:00:00Z"],
    ["with a T between date and time", "2020-02-29T00:00:00", "2020-02-29T05:00:00Z"],
  ];
  for (const [when, text, instant] of known) {
    it(`is converted ${when}`, () => {
      expect(newYorkSeconds(text)).to.equal(seconds(instant));
    });
  }

  for (const text of [
    "",
    "2019-03-01",
    "2019-02-29 10:00:00",
    "2019-03-01 24:00:00",
    "01.03.2019",
  ]) {
    it(`is not "${text}"`, () => {
      expect(newYorkSeconds(text)).to.equal(undefined);
    });
  }

  it("is refused where its rules are not known", () => {
    expect(() => newYorkSeconds("1986-12-31 23:59:59")).to.throw(/from 1987 on/);
  });

  it("agrees with the platform's time-zone data at every instant", () => {
    const instants = fc.integer({ min: seconds("1987-01-02T00:00:00Z"), max: 2 ** 32 });
    fc.assert(
      fc.property(instants, (instant) => {
        const found = newYorkSeconds(wallClock.format(new Date(instant * 1000)));
        // The second pass of autumn's repeated hour reads like the first, which is the one meant.
        const firstPass = instant - 3600;
        const repeated =
          wallClock.format(new Date(instant * 1000)) ===
          wallClock.format(new Date(firstPass * 1000));
        expect(found).to.equal(repeated ? firstPass : instant);
      }),
      { numRuns: 500 },
    );
  });
});
