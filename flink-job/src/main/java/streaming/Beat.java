package streaming;

/**
 * The beat that live work keeps, by the clock. Shards are polled when it begins, early results are
 * due when the records of the poll are counted, and requests when their results are there: waiting
 * for one another at intervals of their own, they would take up to twice as long.
 */
public enum Beat {
  POLL(0),
  EARLY_RESULT(50),
  REQUEST(75);

  /**
   * From beat to beat. A shard answers five GetRecords calls a second, shared by all polling
   * readers; four of the job leave one to Firehose
   * (https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html).
   */
  public static final int MILLISECONDS = 250;

  private final int phase;

  Beat(int phase) {
    this.phase = phase;
  }

  /** The first time for this at or after another. */
  public long next(long time) {
    return last(time + MILLISECONDS - 1);
  }

  /** The time for this an interval after the last one, rounded up to whole beats. */
  public long after(long time, long interval) {
    return next(last(time) + interval);
  }

  private long last(long time) {
    return Math.floorDiv(time - phase, MILLISECONDS) * MILLISECONDS + phase;
  }
}
