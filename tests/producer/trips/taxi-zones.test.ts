import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import outlines from "../../../producer/trips/taxi-zone-outlines.json";
import { taxiZoneAt } from "../../../producer/trips/taxi-zones";

describe("The taxi zone of a place", () => {
  const places: [name: string, longitude: number, latitude: number, zone: number][] = [
    ["Times Square", -73.9855, 40.758, 230],
    ["the terminals of JFK", -73.7822, 40.6441, 132],
    ["the terminals of LaGuardia", -73.8726, 40.7747, 138],
    ["Newark Airport", -74.1745, 40.6895, 1],
    ["Central Park's lake", -73.972, 40.7764, 43],
    ["the Statue of Liberty", -74.0445, 40.6892, 103],
    ["Philadelphia", -75.16, 39.95, 265],
    ["the Atlantic", -73.5, 40.4, 265],
    ["no place", 0, 0, 264],
    ["half a place", -73.9, NaN, 264],
  ];
  for (const [name, longitude, latitude, zone] of places) {
    it(`is ${zone} for ${name}`, () => {
      expect(taxiZoneAt(longitude, latitude)).to.equal(zone);
    });
  }

  it("is found by the outlines that the map shows", () => {
    const map = JSON.parse(
      readFileSync("local/data/taxi-zones.geojson", "utf8"),
    ) as FeatureCollection<Polygon | MultiPolygon, { locationId: number }>;
    const expected = map.features.map(({ properties, geometry }) => {
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      const rings = polygons.flat().map((ring) => ring.map((point) => point.join(",")).join(" "));
      return [String(properties.locationId), rings];
    });
    expect(outlines).to.deep.equal(Object.fromEntries(expected));
  });
});
