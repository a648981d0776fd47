import { expect } from "chai";

import { count, duration, percentOf, plural, rate } from "../../../local/status/figures";
import {
  axisTimes,
  decimal,
  dollars,
  newYorkDate,
  newYorkDay,
  newYorkTime,
  percent,
  speed,
} from "../../../local/page/src/format";

describe("the page's figures", () => {
  for (const [seconds, text] of [
    [null, "–"],
    [-3, "0 s"],
    [0, "0 s"],
    [0.44, "0.4 s"],
    [9.94, "9.9 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [200, "3 min 20 s"],
    [3599.6, "1 h 0 min"],
    [7500, "2 h 5 min"],
    [86_369, "23 h 59 min"],
    [86_370, "1 d 0 h"],
    [1_087_901, "12 d 14 h"],
  ] as const) {
    it(`tell ${seconds ?? "an unknown number of"} seconds as ${text}`, () => {
      expect(duration(seconds)).to.equal(text);
    });
  }

  it("tell numbers with separators, rates below ten with a decimal, and a dash for unknown ones", () => {
    expect([count(12_345), count(0), count(null), count(undefined)]).to.deep.equal([
      "12,345",
      "0",
      "–",
      "–",
    ]);
    expect([rate(1829.6), rate(9.44), rate(0), rate(null)]).to.deep.equal([
      "1,830",
      "9.4",
      "0",
      "–",
    ]);
  });

  it("tell one trip and several", () => {
    expect([plural(1, "trip"), plural(0, "trip"), plural(1200, "trip")]).to.deep.equal([
      "1 trip",
      "0 trips",
      "1,200 trips",
    ]);
  });

  it("tell times as New York's clocks do, also at midnight and in summer", () => {
    expect(newYorkTime("2019-03-02T05:00:00Z")).to.equal("00:00");
    expect(newYorkTime("2019-07-01T04:30:00Z")).to.equal("00:30");
    expect(newYorkDate("2019-03-02T04:59:59Z")).to.equal("Fri, Mar 1, 2019");
    expect(newYorkDay("2019-03-02T04:59:59Z")).to.equal("Mar 1");
  });

  it("tell with a sign how far a figure is below or above", () => {
    expect([decimal(-0.44), decimal(21.46), percent(0.424), percent(-1.3)]).to.deep.equal([
      "−0.4",
      "21.5",
      "+0.42 %",
      "−1.30 %",
    ]);
    expect([percentOf(0.914), dollars(1203.4)]).to.deep.equal(["91 %", "$1,203.40"]);
  });

  it("tell a speed-up as event time a second, in its largest whole unit", () => {
    expect([1, 45, 600, 5400, 14_400, 86_400].map(speed)).to.deep.equal([
      "real time",
      "45 s a second",
      "10 min a second",
      "90 min a second",
      "4 h a second",
      "1 d a second",
    ]);
  });

  it("label a time axis in a zone of choice, with seconds only where they differ from none", () => {
    const at = Date.parse("2019-03-01T14:30:00Z") / 1000;
    expect(axisTimes([at, at + 60], "America/New_York")).to.deep.equal(["09:30", "09:31"]);
    expect(axisTimes([at, at + 5], "UTC")).to.deep.equal(["14:30:00", "14:30:05"]);
  });
});
