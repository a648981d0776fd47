import { expect } from "chai";
import fc from "fast-check";

import { cellBounds } from "../../../local/page/src/taxi/cell-bounds";
import { cellOf } from "../../../local/verify/geohash";

describe("the bounds of a cell", () => {
  it("have the cell's centre in their middle, wherever it is", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -90, max: 89.999, noNaN: true }),
        fc.double({ min: -180, max: 179.999, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        (lat, lon, precision) => {
          const { name, centre } = cellOf(lat, lon, precision);
          const [[south, west], [north, east]] = cellBounds(name);
          expect({ lat: (south + north) / 2, lon: (west + east) / 2 }).to.deep.equal(centre);
          expect(lat).to.be.within(south, north);
          expect(lon).to.be.within(west, east);
        },
      ),
    );
  });
});
