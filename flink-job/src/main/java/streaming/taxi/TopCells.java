package streaming.taxi;

import java.time.Duration;
import java.util.Comparator;

/** The ranking of the geohash cells. */
final class TopCells extends TopAreas {
  private static final long serialVersionUID = 1L;

  TopCells(Duration length, int size, Duration interval) {
    super("cells", length, size, interval);
  }

  @Override
  Comparator<String> order() {
    return Comparator.naturalOrder();
  }

  @Override
  String nameOf(String cell) {
    return cell;
  }
}
