const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";

/** The geohash cell of `precision` characters that contains the point. */
export function cellOf(lat: number, lon: number, precision: number) {
  const lats: [number, number] = [-90, 90];
  const lons: [number, number] = [-180, 180];
  let name = "";
  for (let bit = 0, bits = 0; name.length < precision; bit++) {
    const [range, value] = bit % 2 === 0 ? [lons, lon] : [lats, lat];
    const middle = (range[0] + range[1]) / 2;
    const upper = value >= middle;
    range[upper ? 0 : 1] = middle;
    bits = (bits << 1) | (upper ? 1 : 0);
    if (bit % 5 === 4) {
      name += ALPHABET.charAt(bits);
      bits = 0;
    }
  }
  // Exact, since every border is a binary fraction of 180 degrees.
  return { name, centre: { lat: (lats[0] + lats[1]) / 2, lon: (lons[0] + lons[1]) / 2 } };
}
