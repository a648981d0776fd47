package streaming.taxi;

import java.io.Serializable;
import java.time.Duration;
import streaming.admission.WindowEnds;
import streaming.settings.JobSettings;

/**
 * When the windows that a trip counts in end. Windows are aligned to the epoch; their start is
 * inclusive and their end exclusive. Times are milliseconds since the epoch.
 */
final class TripWindows implements Serializable {
  private static final long serialVersionUID = 1L;

  private final long demandLength;
  private final long demandSlide;
  private final long airportsLength;

  /**
   * @param demandLength a multiple of {@code demandSlide}
   */
  TripWindows(Duration demandLength, Duration demandSlide, Duration airportsLength) {
    this.demandLength = demandLength.toMillis();
    this.demandSlide = demandSlide.toMillis();
    this.airportsLength = airportsLength.toMillis();
  }

  static TripWindows of(JobSettings settings) {
    return new TripWindows(
        settings.demandWindow(), settings.demandSlide(), settings.airportsWindow());
  }

  /** The demand windows with a trip of this event time. */
  WindowEnds demand(long eventTime) {
    long slide = floor(eventTime, demandSlide);
    return new WindowEnds(slide + demandSlide, slide + demandLength);
  }

  /** The window of airport trips of this event time. */
  WindowEnds airports(long eventTime) {
    long end = floor(eventTime, airportsLength) + airportsLength;
    return new WindowEnds(end, end);
  }

  /** A time that starts and ends of all windows are multiples of. */
  Duration span() {
    return Duration.ofMillis(gcd(demandSlide, airportsLength));
  }

  private static long gcd(long left, long right) {
    return right == 0 ? left : gcd(right, left % right);
  }

  private static long floor(long time, long step) {
    return Math.floorDiv(time, step) * step;
  }
}
