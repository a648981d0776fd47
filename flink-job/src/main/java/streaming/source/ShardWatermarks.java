package streaming.source;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How far event time has come in the shards that one subtask of the source reads. The slowest
 * active shard decides. A shard is active from the moment it is assigned, so that a shard whose
 * first records arrive a little later than those of the others, at a start or after a recovery,
 * does not find the watermark gone ahead.
 *
 * <p>Shards are read by a thread each, hence the locks. Times are milliseconds; {@code now} is
 * processing time.
 */
final class ShardWatermarks {
  /** No watermark can be given yet: an active shard has not shown its event time. */
  static final long HELD = Long.MIN_VALUE;

  /** No shard is active. */
  static final long IDLE = Long.MAX_VALUE;

  /**
   * How long a shard that has been read to its end still counts: its children hold the records that
   * come next, and the consumer looks for new shards only every ten seconds.
   */
  static final Duration HANDOVER = Duration.ofSeconds(30);

  private final long outOfOrderness;
  private final long idleness;
  private final Map<Integer, Shard> shards = new HashMap<>();
  private long watermark = HELD;

  /**
   * @param outOfOrderness how far a record may lie behind the newest one of its shard
   * @param idleness after how long without an event a shard no longer counts; zero means never
   */
  ShardWatermarks(Duration outOfOrderness, Duration idleness) {
    this.outOfOrderness = outOfOrderness.toMillis();
    this.idleness = idleness.isZero() ? Long.MAX_VALUE : idleness.toMillis();
  }

  /** A shard has been assigned to this subtask. */
  synchronized void opened(int shard, long now) {
    shards.put(shard, new Shard(now));
  }

  /** A record of the shard is about to leave the source, which takes as long as the job is busy. */
  synchronized void emitting(int shard) {
    shards.get(shard).emitting = true;
  }

  /**
   * The record has left the source.
   *
   * @param eventTime its event time, or {@link SourceRecord#NO_EVENT_TIME}: a malformed record says
   *     nothing about event time
   */
  synchronized void emitted(int shard, long eventTime, long now) {
    Shard state = shards.get(shard);
    state.emitting = false;
    if (eventTime != SourceRecord.NO_EVENT_TIME) {
      state.newestEventTime = Math.max(state.newestEventTime, eventTime);
      state.lastEvent = now;
    }
  }

  /**
   * A read of the shard has been answered, and its records have left the source.
   *
   * @param behind whether there may be records left to read. There can be after an answer without
   *     any: Kinesis passes a time in which nothing came in many steps.
   */
  synchronized void read(int shard, boolean behind) {
    shards.get(shard).behind = behind;
  }

  /** The shard has been read to its end. Saying so again changes nothing. */
  synchronized void ended(int shard, long now) {
    Shard state = shards.get(shard);
    if (state != null && state.countsUntil == Long.MAX_VALUE) {
      state.countsUntil = now + HANDOVER.toMillis();
    }
  }

  /** The current watermark, which never falls, or {@link #HELD} or {@link #IDLE}. */
  synchronized long current(long now) {
    shards.values().removeIf(shard -> shard.countsUntil <= now);
    long newest = IDLE;
    for (Shard shard : shards.values()) {
      if (isActive(shard, now)) {
        newest = Math.min(newest, shard.newestEventTime);
      }
    }
    if (newest == IDLE) {
      return IDLE;
    }
    if (newest != SourceRecord.NO_EVENT_TIME) {
      watermark = Math.max(watermark, newest - outOfOrderness - 1);
    }
    return watermark;
  }

  private boolean isActive(Shard shard, long now) {
    return shard.emitting
        || shard.behind
        || shard.countsUntil != Long.MAX_VALUE
        || now - shard.lastEvent < idleness;
  }

  private static final class Shard {
    private long newestEventTime = SourceRecord.NO_EVENT_TIME;
    private long lastEvent;
    private boolean emitting;
    private boolean behind;

    /** End of the handover of an ended shard. */
    private long countsUntil = Long.MAX_VALUE;

    private Shard(long opened) {
      lastEvent = opened;
    }
  }
}
