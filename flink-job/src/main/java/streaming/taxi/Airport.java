package streaming.taxi;

import java.util.Map;

/** The airports among the taxi zones. */
final class Airport {
  private static final Map<Integer, String> CODES = Map.of(1, "EWR", 132, "JFK", 138, "LGA");

  private Airport() {}

  /** The code of the airport that a taxi zone is, or null if it is none. */
  static String ofZone(int zone) {
    return CODES.get(zone);
  }
}
