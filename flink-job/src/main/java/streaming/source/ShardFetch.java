package streaming.source;

import java.util.List;
import software.amazon.awssdk.services.kinesis.model.Record;

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
