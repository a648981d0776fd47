package streaming.source;

import java.time.Duration;

/**
 * Progress of event time in a shard. A shard counts from its assignment, so that its first records
 * are not late because other shards were read before. Times are milliseconds; {@code now} is
 * processing time.
 */
final class ShardTime {
  /** No watermark can be given yet: the shard counts and has not shown its event time. */
  static final long HELD = Long.MIN_VALUE;

  /** The shard does not count. */
  static final long IDLE = Long.MAX_VALUE;

  private final long outOfOrderness;
  private final long idleness;

  private long newestEventTime;

  /** How long the newest event took to arrive. */
  private long delay = Long.MAX_VALUE;

  private long lastEvent;
  private long watermark = HELD;

  /**
   * @param outOfOrderness how far a record may lie behind the newest one of its shard
   * @param idleness after how long without an event a shard no longer counts; zero means never
   * @param newestEventTime that has been read before, or {@link SourceRecord#NO_EVENT_TIME}
   */
  ShardTime(Duration outOfOrderness, Duration idleness, long newestEventTime, long now) {
    this.outOfOrderness = outOfOrderness.toMillis();
    this.idleness = idleness.isZero() ? Long.MAX_VALUE : idleness.toMillis();
    this.newestEventTime = newestEventTime;
    lastEvent = now;
  }

  /** A record with an event time has left the source. */
  void emitted(long eventTime, long arrival, long now) {
    lastEvent = now;
    if (eventTime > newestEventTime) {
      newestEventTime = eventTime;
      delay = arrival - eventTime;
    }
  }

  long newestEventTime() {
    return newestEventTime;
  }

  /**
   * The watermark of the shard, which never falls, or {@link #HELD} or {@link #IDLE}. Where events
   * happen when they arrive, the watermark of a shard at its tip follows the clock: the last
   * windows before a quiet night close.
   *
   * @param hasMore whether there are records left to read, or children to wait for
   */
  long watermark(boolean hasMore, long now) {
    if (newestEventTime != SourceRecord.NO_EVENT_TIME) {
      watermark = Math.max(watermark, newestEventTime - outOfOrderness - 1);
    }
    if (hasMore || now - lastEvent < idleness) {
      return watermark;
    }
    if (Math.abs(delay) > outOfOrderness) {
      return IDLE;
    }
    watermark = Math.max(watermark, now - idleness - delay - outOfOrderness - 1);
    return watermark;
  }
}
