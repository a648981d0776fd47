import { expect } from "chai";
import fc from "fast-check";
import { isoSeconds, parseDuration, parseEventTime } from "../../../producer/events/event-time";

describe("An event time", () => {
  it("is written with second precision", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
        const whole = Math.floor(ms / 1000) * 1000;
        expect(isoSeconds(ms)).to.equal(new Date(whole).toISOString().replace(".000Z", "Z"));
      }),
    );
  });

  it("is read as an instant, or as the wall-clock time of New York", () => {
    const expected = Date.parse("2019-03-01T18:00:00Z");
    for (const text of [
      "2019-03-01T18:00:00Z",
      "2019-03-01T18:00Z",
      "2019-03-01T18:00:00.000Z",
      "2019-03-01T19:00:00+01:00",
      "2019-03-01T23:30:00.0+05:30",
      "2019-03-01 13:00:00",
    ]) {
      expect(parseEventTime(text), text).to.equal(expected);
    }
  });

  for (const text of [
    "",
    "noon",
    "2019-03-01",
    "2019-13-01T00:00:00Z",
    "2019-02-30 00:00:00",
    "2019-02-30T00:00:00Z",
    "2019-02-29T23:00-05:00",
    "2019-03-01T24:00:00Z",
    "2019-03-01T00:00:00+25:00",
  ]) {
    it(`is not "${text}"`, () => {
      expect(parseEventTime(text)).to.equal(undefined);
    });
  }
});

describe("A duration", () => {
  it("has a unit", () => {
    expect(["250ms", "90s", "30m", "6.5h", "2d"].map(parseDuration)).to.deep.equal([
      250, 90_000, 1_800_000, 23_400_000, 172_800_000,
    ]);
    expect(["", "5", "0s", "-1s", "1 h", "1w"].map(parseDuration)).to.deep.equal(
      Array(6).fill(undefined),
    );
  });
});
