package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneTest {
  @Test
  void knowsThePlaceOfEveryZoneButTheUnknownOnes() {
    assertThat(IntStream.rangeClosed(1, 265).filter(id -> Zone.find(id) == null))
        .containsExactly(264, 265);
  }

  @Test
  void readsNamesAndPlaces() {
    Zone zone = Zone.find(132);

    assertThat(zone.id).isEqualTo(132);
    assertThat(zone.name).isEqualTo("JFK Airport");
    assertThat(zone.borough).isEqualTo("Queens");
    assertThat(zone.latitude).isEqualTo(40.64699);
    assertThat(zone.longitude).isEqualTo(-73.78653);
  }

  @ParameterizedTest
  @CsvSource({"57, 56", "104, 103", "105, 103"})
  void countsAFoldedZoneAsItsNeighbour(int folded, int neighbour) {
    assertThat(Zone.find(folded).id).isEqualTo(neighbour);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 266, -1})
  void knowsNoZoneOutsideTheRange(int id) {
    assertThat(Zone.find(id)).isNull();
  }
}
