package streaming.taxi;

import java.util.Arrays;
import streaming.window.OpenWindows;

/** Trips that count in the same windows, with what the windows need of them. */
public class TripGroup extends OpenWindows.Admitted {
  static final int NO_ZONE = 0;

  /** The taxi zone of demand, or {@link #NO_ZONE}. */
  public int zone = NO_ZONE;

  /** The geohash cell of the zone, or null. */
  public String cell;

  /** The code of the airport that the trips went to, or null. */
  public String airport;

  /** The number of trips. */
  public long trips;

  /** Drop-off less pick-up, in seconds, of each trip; null without an airport, where none count. */
  public long[] durations;

  /** Adds the trips of another group of the same windows. */
  void add(TripGroup other) {
    trips += other.trips;
    live |= other.live;
    if (durations != null) {
      int own = durations.length;
      durations = Arrays.copyOf(durations, own + other.durations.length);
      System.arraycopy(other.durations, 0, durations, own, other.durations.length);
    }
  }
}
