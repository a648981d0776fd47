import outlines from "./taxi-zone-outlines.json";

/** The TLC's zones for trips whose place is not known, and for places outside of the city. */
export const unknownZone = 264;
export const outsideZone = 265;

interface Zone {
  readonly id: number;
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
  /** Longitudes and latitudes by turns; a ring within another one is a hole. */
  readonly rings: readonly (readonly number[])[];
}

let zones: readonly Zone[] | undefined;

/** Taxi zone at a point, 1 to 263; 264 when the place is not known (0 or NaN), 265 when it is in no zone. */
export function taxiZoneAt(longitude: number, latitude: number): number {
  if (!longitude || !latitude) {
    return unknownZone;
  }
  zones ??= Object.entries(outlines).map(([id, rings]) => zoneOf(Number(id), rings));
  const zone = zones.find(
    ({ west, east, south, north, rings }) =>
      longitude >= west &&
      longitude <= east &&
      latitude >= south &&
      latitude <= north &&
      isWithin(rings, longitude, latitude),
  );
  return zone?.id ?? outsideZone;
}

function zoneOf(id: number, outline: readonly string[]): Zone {
  const rings = outline.map((ring) => ring.split(/[ ,]/).map(Number));
  const longitudes = rings.flatMap((ring) => ring.filter((_, index) => index % 2 === 0));
  const latitudes = rings.flatMap((ring) => ring.filter((_, index) => index % 2 === 1));
  return {
    id,
    rings,
    west: Math.min(...longitudes),
    east: Math.max(...longitudes),
    south: Math.min(...latitudes),
    north: Math.max(...latitudes),
  };
}

/** A point is within where a ray to the east crosses the rings an odd number of times. */
function isWithin(rings: Zone["rings"], longitude: number, latitude: number): boolean {
  let crossings = 0;
  for (const ring of rings) {
    for (let at = 0; at + 3 < ring.length; at += 2) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = ring.slice(at, at + 4);
      const spans = y1 > latitude !== y2 > latitude;
      if (spans && longitude < x1 + ((latitude - y1) / (y2 - y1)) * (x2 - x1)) {
        crossings += 1;
      }
    }
  }
  return crossings % 2 === 1;
}
