package streaming.source;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceEvent;

/** What the enumerator and the readers of the source tell each other. */
final class ShardEvents {
  private ShardEvents() {}

  /** From a reader: all records of a shard have left the source. */
  static final class Ended implements SourceEvent {
    private static final long serialVersionUID = 1L;

    final String shardId;

    Ended(String shardId) {
      this.shardId = shardId;
    }
  }

  /** To a reader: the children of a shard that it has ended are known, and assigned if possible. */
  static final class Succeeded implements SourceEvent {
    private static final long serialVersionUID = 1L;

    final String shardId;

    Succeeded(String shardId) {
      this.shardId = shardId;
    }
  }

  /** From a reader: the event time of its slowest shard with records left to read. */
  static final class Progress implements SourceEvent {
    private static final long serialVersionUID = 1L;

    final long slowest;

    Progress(long slowest) {
      this.slowest = slowest;
    }
  }

  /**
   * To a reader: the event time up to which shards are read. The first one also says that the
   * reader has the shards that it begins with.
   */
  static final class Limit implements SourceEvent {
    private static final long serialVersionUID = 1L;

    final long eventTime;

    Limit(long eventTime) {
      this.eventTime = eventTime;
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
