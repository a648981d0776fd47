package streaming.batch;

import java.io.Serializable;
import java.time.Duration;

/** When a request is sent, and how often it is sent again. */
public final class BatchLimits implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No wait between two attempts is longer. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  final int documents;
  final long bytes;
  final Duration interval;
  final int retries;
  final Duration retryDelay;

  /**
   * @param documents at most in a request
   * @param bytes about at most in a request; a document that is larger has one of its own
   * @param interval the longest time that a document waits for others
   * @param retries attempts after the first one
   * @param retryDelay the wait before the second attempt; it doubles from one to the next
   */
  public BatchLimits(
      int documents, long bytes, Duration interval, int retries, Duration retryDelay) {
    this.documents = documents;
    this.bytes = bytes;
    this.interval = interval;
    this.retries = retries;
    this.retryDelay = retryDelay;
  }

  /** The wait in milliseconds after a number of retries. */
  long waitAfter(int retriesSoFar) {
    return Math.min(retryDelay.toMillis() << retriesSoFar, LONGEST_WAIT.toMillis());
  }
}
