package streaming.source;

import java.io.Serializable;
import java.time.Instant;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;

/** A place in a shard behind which reading continues. */
final class ShardPosition implements Serializable {
  /** The shard has been read to its end. */
  static final ShardPosition ENDED = new ShardPosition(null, 0, Long.MAX_VALUE);

  /** The sub-sequence of a record that is not aggregated. */
  static final long WHOLE = -1;

  private static final long serialVersionUID = 1L;

  /** The record that was read last, or null if there was none. */
  final String sequenceNumber;

  /** The last part of that record that was read, or {@link #WHOLE}. */
  final long subSequence;

  /** Without a record: arrival of the first one to read, in milliseconds; zero is the oldest. */
  final long instant;

  ShardPosition(String sequenceNumber, long subSequence, long instant) {
    this.sequenceNumber = sequenceNumber;
    this.subSequence = subSequence;
    this.instant = instant;
  }

  static ShardPosition from(long instant) {
    return new ShardPosition(null, WHOLE, instant);
  }

  static ShardPosition after(String sequenceNumber, long subSequence) {
    return new ShardPosition(sequenceNumber, subSequence, 0);
  }

  boolean isEnded() {
    return sequenceNumber == null && instant == Long.MAX_VALUE;
  }

  /** An aggregated record is read again, as there may be parts of it left. */
  ShardIteratorType iteratorType() {
    if (sequenceNumber != null) {
      return subSequence == WHOLE
          ? ShardIteratorType.AFTER_SEQUENCE_NUMBER
          : ShardIteratorType.AT_SEQUENCE_NUMBER;
    }
    return instant == 0 ? ShardIteratorType.TRIM_HORIZON : ShardIteratorType.AT_TIMESTAMP;
  }

  /** This position in requests. */
  StartingPosition start() {
    return StartingPosition.builder()
        .type(iteratorType())
        .sequenceNumber(sequenceNumber)
        .timestamp(sequenceNumber == null && instant > 0 ? Instant.ofEpochMilli(instant) : null)
        .build();
  }

  /** Whether a part of a record was read before this position was reached. */
  boolean includes(String number, long part) {
    return subSequence != WHOLE && number.equals(sequenceNumber) && part <= subSequence;
  }

  @Override
  public String toString() {
    if (isEnded()) {
      return "the end";
    }
    String type = iteratorType().toString();
    if (sequenceNumber == null) {
      return instant == 0 ? type : type + " " + Instant.ofEpochMilli(instant);
    }
    return type + " " + sequenceNumber + (subSequence == WHOLE ? "" : " part " + subSequence);
  }
}
