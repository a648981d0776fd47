const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";

/** South-west and north-east corner of a geohash cell, each as latitude and longitude. */
export function cellBounds(cell: string): [[number, number], [number, number]] {
  const lats: [number, number] = [-90, 90];
  const lons: [number, number] = [-180, 180];
  let even = true;
  for (const character of cell) {
    const bits = ALPHABET.indexOf(character);
    for (let bit = 4; bit >= 0; bit--) {
      const range = even ? lons : lats;
      range[(bits >> bit) & 1 ? 0 : 1] = (range[0] + range[1]) / 2;
      even = !even;
    }
  }
  return [
    [lats[0], lons[0]],
    [lats[1], lons[1]],
  ];
}
