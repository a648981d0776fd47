package streaming.source;

/**
 * A record as it was read from a shard: an event, or the reason why its payload is none. A
 * malformed record travels on like any other, so that it can be kept.
 */
public class SourceRecord<E> {
  /** The event time of a record without an event. */
  public static final long NO_EVENT_TIME = Long.MIN_VALUE;

  public String shardId;

  /** Its place in the shard; in an aggregated record with its place in that, as in 4965-2. */
  public String sequenceNumber;

  /** When it reached the stream, about, in milliseconds since the epoch. */
  public long arrivalTime;

  public byte[] payload;

  /** Whether it was read at the tip of its shard, about, and not on the way there. */
  public boolean live = true;

  /** The event, or null if the payload is malformed. */
  public E event;

  /** Event time in milliseconds since the epoch. */
  public long eventTime = NO_EVENT_TIME;

  /** What is wrong with the payload or its event time, or null if nothing is. */
  public String problem;

  /** Its place in the stream. */
  public String position() {
    return shardId + "-" + sequenceNumber;
  }
}
