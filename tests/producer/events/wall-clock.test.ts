import { expect } from "chai";
import fc from "fast-check";
import { newYorkInstant } from "../../../producer/events/wall-clock";

const iso = (text: string) => {
  const instant = newYorkInstant(text);
  return instant === undefined ? undefined : new Date(instant).toISOString();
};

describe("New York wall-clock time", () => {
  it("is five hours behind UTC in winter and four in summer", () => {
    expect(iso("2019-03-01 18:43:31")).to.equal("2019-03-01T23:43:31.000Z");
    expect(iso("2019-07-01T18:43:31")).to.equal("2019-07-01T22:43:31.000Z");
  });

  it("moves the hour that is skipped in spring one hour forward", () => {
    expect(iso("2019-03-10 01:59:59")).to.equal("2019-03-10T06:59:59.000Z");
    expect(iso("2019-03-10 02:30:00")).to.equal("2019-03-10T07:30:00.000Z");
    expect(iso("2019-03-10 03:30:00")).to.equal("2019-03-10T07:30:00.000Z");
  });

  it("takes the first of the two hours in autumn", () => {
    expect(iso("2019-11-03 00:59:59")).to.equal("2019-11-03T04:59:59.000Z");
    expect(iso("2019-11-03 01:30:00")).to.equal("2019-11-03T05:30:00.000Z");
    expect(iso("2019-11-03 02:00:00")).to.equal("2019-11-03T07:00:00.000Z");
  });

  for (const text of [
    "",
    "2019-03-01",
    "2019-02-29 12:00:00",
    "2019-13-01 12:00:00",
    "2019-03-01 24:00:00",
    "2019-03-01 12:60:00",
    "2019-03-01 12:00:60",
    "2019-03-01 12:00:00Z",
    "03/01/2019 12:00:00",
  ]) {
    it(`is not ${text === "" ? "an empty text" : text}`, () => {
      expect(newYorkInstant(text)).to.equal(undefined);
    });
  }

  it("agrees with the runtime's own time zone data at every instant outside the repeated hour", () => {
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "America/New_York",
      dateStyle: "short",
      timeStyle: "medium",
    });
    const seconds = fc.integer({ min: 1_230_000_000, max: 1_900_000_000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const wallClock = format.format(second * 1000);
        const anHourBefore = format.format((second - 3600) * 1000);
        fc.pre(wallClock !== anHourBefore);
        expect(newYorkInstant(wallClock)).to.equal(second * 1000);
      }),
    );
  });
});
