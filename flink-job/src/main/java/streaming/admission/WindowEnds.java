package streaming.admission;

/** When the windows that an event counts in end, in milliseconds since the epoch, exclusive. */
public final class WindowEnds {
  public final long first;
  public final long last;

  private WindowEnds(long first, long last) {
    this.first = first;
    this.last = last;
  }

  /**
   * The windows of an event time. They are aligned to the epoch; their start is inclusive.
   *
   * @param length a multiple of {@code slide}
   */
  public static WindowEnds of(long eventTime, long length, long slide) {
    long start = Math.floorDiv(eventTime, slide) * slide;
    return new WindowEnds(start + slide, start + length);
  }

  /** The ends of the windows of both. */
  public WindowEnds and(WindowEnds other) {
    return new WindowEnds(Math.min(first, other.first), Math.max(last, other.last));
  }

  /** A window closes when the watermark reaches its last millisecond. */
  static boolean isClosed(long end, long watermark) {
    return end - 1 <= watermark;
  }
}
