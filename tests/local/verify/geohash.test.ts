import { expect } from "chai";
import fc from "fast-check";

import { cellOf } from "../../../local/verify/geohash";

describe("the check's geohash", () => {
  for (const [lat, lon, name] of [
    [57.64911, 10.40744, "u4pruydq"],
    [42.6, -5.6, "ezs42"],
    [40.77597, -73.98765, "dr5ru"],
    [0, 0, "s0000"],
  ] as const) {
    it(`names ${name}`, () => {
      expect(cellOf(lat, lon, name.length).name).to.equal(name);
    });
  }

  it("gives the exact centre of a cell", () => {
    // Five bits: three of longitude (45 degrees a cell), two of latitude (45 degrees).
    expect(cellOf(40, -73, 1)).to.deep.equal({ name: "d", centre: { lat: 22.5, lon: -67.5 } });
  });

  it("puts a cell's centre into the same cell", () => {
    const lats = fc.double({ min: -90, max: 90, noNaN: true });
    const lons = fc.double({ min: -180, max: 180, noNaN: true });
    fc.assert(
      fc.property(lats, lons, fc.integer({ min: 1, max: 8 }), (lat, lon, precision) => {
        const { name, centre } = cellOf(lat, lon, precision);
        expect(cellOf(centre.lat, centre.lon, precision).name).to.equal(name);
      }),
    );
  });
});
