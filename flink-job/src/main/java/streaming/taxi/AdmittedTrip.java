package streaming.taxi;

import streaming.window.OpenWindows;

/** A trip that counts, with what the windows need of it. */
public class AdmittedTrip implements OpenWindows.Admitted {
  static final int NO_ZONE = 0;

  /** The taxi zone of demand, or {@link #NO_ZONE}. */
  public int zone = NO_ZONE;

  /** The geohash cell of the zone, or null. */
  public String cell;

  /** The code of the airport that the trip went to, or null. */
  public String airport;

  /** Drop-off less pick-up, in seconds. */
  public long duration;

  /** The watermark at which the trip was admitted. */
  public long admittedAt;

  @Override
  public long admittedAt() {
    return admittedAt;
  }
}
