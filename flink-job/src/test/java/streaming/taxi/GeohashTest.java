package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeohashTest {
  @ParameterizedTest
  @CsvSource({
    "57.64911, 10.40744, u4pruydqqvj",
    "42.6, -5.6, ezs42",
    "37.8324, 112.5584, ww8p1r4t8",
    "40.64699, -73.78653, dr5x0z",
    "0, 0, s0000",
    "-90, -180, 0000",
    "90, 180, zzzz"
  })
  void encodesKnownPlaces(double latitude, double longitude, String hash) {
    assertThat(Geohash.encode(new GeoPoint(latitude, longitude), hash.length())).isEqualTo(hash);
  }

  @Test
  void findsTheCentreOfAKnownCell() {
    GeoPoint centre = Geohash.centre("ezs42");

    assertThat(centre.latitude).isCloseTo(42.605, within(0.0005));
    assertThat(centre.longitude).isCloseTo(-5.603, within(0.0005));
  }

  @Test
  void theCentreOfACellLiesInTheCell() {
    Random random = new Random(1);
    for (int sample = 0; sample < 10_000; sample++) {
      int precision = 1 + random.nextInt(12);
      GeoPoint point =
          new GeoPoint(random.nextDouble() * 180 - 90, random.nextDouble() * 360 - 180);
      String hash = Geohash.encode(point, precision);
      GeoPoint centre = Geohash.centre(hash);

      assertThat(Geohash.encode(centre, precision)).isEqualTo(hash);
      int bits = precision * 5;
      assertThat(centre.longitude)
          .isCloseTo(point.longitude, within(180 / Math.pow(2, (bits + 1) / 2)));
      assertThat(centre.latitude).isCloseTo(point.latitude, within(90 / Math.pow(2, bits / 2)));
    }
  }

  @Test
  void aLongerHashLiesInTheCellOfAShorterOne() {
    GeoPoint point = new GeoPoint(40.74235, -73.85837);

    assertThat(Geohash.encode(point, 8)).startsWith(Geohash.encode(point, 4));
  }

  @Test
  void refusesACharacterThatNoGeohashHas() {
    assertThatThrownBy(() -> Geohash.centre("dr5a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"dr5a\" is not a geohash");
  }
}
