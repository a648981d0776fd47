package streaming.source;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceEvent;

/** What the enumerator and the readers of the source tell each other. */
final class ShardEvents {
  private ShardEvents() {}

  /**
   * The end of a shard. From a reader: all its records have left the source. To that reader: its
   * children are known, and assigned if possible.
   */
  static final class End implements SourceEvent {
    private static final long serialVersionUID = 1L;

    final String shardId;

    End(String shardId) {
      this.shardId = shardId;
    }
  }

  /**
   * An event time. From a reader: that of its slowest shard with records left to read. To a reader:
   * the one up to which shards are read; the first also says that the reader has the shards that it
   * begins with.
   */
  static final class Time implements SourceEvent {
    private static final long serialVersionUID = 1L;

    /** Steps of the greatest drift: so many follow each other faster than the clock asks. */
    private static final int STEPS = 4;

    final long eventTime;

    Time(long eventTime) {
      this.eventTime = eventTime;
    }

    /**
     * Whether others may wait for the progress between two times, rather than for the clock. At the
     * tip of the stream, where times come and go with each answer, they do not.
     */
    static boolean isStep(long before, long after, long maxDrift) {
      return before != Long.MAX_VALUE
          && after != Long.MAX_VALUE
          && after - before >= maxDrift / STEPS;
    }
  }

  /** To the enumerator: the positions that the previous source has left, if any. */
  static final class Restored implements SourceEvent {
    private static final long serialVersionUID = 1L;

    final HashMap<String, ShardPosition> positions;

    /** Milliseconds since the epoch; null if the previous source has left none. */
    final Long beginning;

    Restored(Map<String, ShardPosition> positions, Long beginning) {
      this.positions = new HashMap<>(positions);
      this.beginning = beginning;
    }
  }
}
