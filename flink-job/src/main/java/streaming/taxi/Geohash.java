package streaming.taxi;

/**
 * Geohash: a cell of the earth as a short string. Each character adds five bits, which halve the
 * longitude and the latitude in turn, longitude first.
 */
final class Geohash {
  private static final String ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
  private static final int BITS_PER_CHARACTER = 5;

  private Geohash() {}

  /**
   * The cell that a point lies in.
   *
   * @param precision number of characters
   */
  static String encode(GeoPoint point, int precision) {
    Range longitude = new Range(180);
    Range latitude = new Range(90);
    StringBuilder hash = new StringBuilder(precision);
    int character = 0;
    for (int bit = 0; bit < precision * BITS_PER_CHARACTER; bit++) {
      boolean upper =
          bit % 2 == 0 ? longitude.narrowTo(point.longitude) : latitude.narrowTo(point.latitude);
      character = character << 1 | (upper ? 1 : 0);
      if (bit % BITS_PER_CHARACTER == BITS_PER_CHARACTER - 1) {
        hash.append(ALPHABET.charAt(character));
        character = 0;
      }
    }
    return hash.toString();
  }

  /**
   * The centre of a cell.
   *
   * @throws IllegalArgumentException if a character is not one of a geohash
   */
  static GeoPoint centre(String hash) {
    Range longitude = new Range(180);
    Range latitude = new Range(90);
    for (int bit = 0; bit < hash.length() * BITS_PER_CHARACTER; bit++) {
      int character = ALPHABET.indexOf(hash.charAt(bit / BITS_PER_CHARACTER));
      if (character < 0) {
        throw new IllegalArgumentException("\"" + hash + "\" is not a geohash");
      }
      int shift = BITS_PER_CHARACTER - 1 - bit % BITS_PER_CHARACTER;
      (bit % 2 == 0 ? longitude : latitude).halve((character >> shift & 1) == 1);
    }
    return new GeoPoint(latitude.middle(), longitude.middle());
  }

  private static final class Range {
    private double low;
    private double high;

    private Range(double bound) {
      low = -bound;
      high = bound;
    }

    /** Keeps the half with the value and says whether it is the upper one. */
    private boolean narrowTo(double value) {
      boolean upper = value >= middle();
      halve(upper);
      return upper;
    }

    private void halve(boolean upper) {
      if (upper) {
        low = middle();
      } else {
        high = middle();
      }
    }

    private double middle() {
      return (low + high) / 2;
    }
  }
}
