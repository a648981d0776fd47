package streaming.source;

import java.util.List;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import streaming.retry.Patience;

/** Brings the records of a shard, an answer at a time and from threads of its own. */
interface ShardFetch extends AutoCloseable {
  /** Asks for the next answer; the one before has been received. */
  void next();

  @Override
  void close();

  /** Receives what comes of a shard. */
  interface Receiver {
    void onAnswer(Answer answer);

    /** Nothing more comes. */
    void onFailure(Exception failure);
  }

  /**
   * The last answer of a shard that the stream had and no longer has: it was closed, and all its
   * records have expired since. Null after any other error: one of a stream or a consumer that does
   * not exist names no shard.
   */
  static Answer ofExpired(String shardId, ShardPosition position, Throwable error) {
    Throwable cause = Patience.cause(error);
    if (!(cause instanceof ResourceNotFoundException)
        || !String.valueOf(cause.getMessage()).contains(shardId)) {
      return null;
    }
    LoggerFactory.getLogger(ShardFetch.class)
        .warn("{} has expired: what it had from {} on is lost", shardId, position);
    return new Answer(List.of(), 0L, true);
  }

  /** Records of a shard, and the metadata of their response. */
  final class Answer {
    final List<Record> records;

    /** How far behind the newest record of the shard the answer ends; zero if it does not. */
    final long millisBehindLatest;

    /** Whether the shard is closed and has no records after these. */
    final boolean isLast;

    Answer(List<Record> records, Long millisBehindLatest, boolean isLast) {
      this.records = records;
      this.millisBehindLatest = millisBehindLatest == null ? 0 : millisBehindLatest;
      this.isLast = isLast;
    }
  }
}
