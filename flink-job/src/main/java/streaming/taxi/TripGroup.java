package streaming.taxi;

import streaming.window.OpenWindows;

/** Trips that count in the same windows, with what the windows need of them. */
public class TripGroup implements OpenWindows.Admitted {
  static final int NO_ZONE = 0;

  /** The taxi zone of demand, or {@link #NO_ZONE}. */
  public int zone = NO_ZONE;

  /** The geohash cell of the zone, or null. */
  public String cell;

  /** The code of the airport that the trips went to, or null. */
  public String airport;

  /** The watermark at which the trips were admitted. */
  public long admittedAt;

  /** The number of trips. */
  public long trips;

  /** Drop-off less pick-up, in seconds, over all trips. */
  public long seconds;

  @Override
  public long admittedAt() {
    return admittedAt;
  }
}
