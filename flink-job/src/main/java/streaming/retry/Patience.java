package streaming.retry;

import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;

/**
 * The retry policy of every client of the job. Throttling, errors of the encryption key, errors of
 * the service and connections that fail are waited out; anything else fails the job immediately.
 */
public final class Patience implements Serializable {
  private static final long serialVersionUID = 1L;

  /** About nine minutes. */
  public static final Patience DEFAULT = new Patience(Duration.ofMillis(250), 24);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
  private static final long NEVER = Long.MIN_VALUE;

  /** Fewer retries are daily life for a reader that uses all that a shard gives. */
  private static final int LOGGED_RETRIES = 5;

  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

  private final long firstWait;
  private final int retries;

  /**
   * @param firstWait the wait before the second attempt; it doubles with each attempt up to 30
   *     seconds
   * @param retries attempts after the first one
   */
  public Patience(Duration firstWait, int retries) {
    this.firstWait = firstWait.toMillis();
    this.retries = retries;
  }

  /** Whether the same request can succeed later. */
  public static boolean isTemporary(Throwable error) {
    Throwable cause = cause(error);
    if (cause instanceof AwsServiceException) {
      AwsServiceException refusal = (AwsServiceException) cause;
      return refusal.isThrottlingException()
          || refusal.statusCode() >= 500
          || refusal instanceof LimitExceededException
          || refusal instanceof ResourceInUseException
          || isOfEncryptionKey(refusal.awsErrorDetails());
    }
    return cause instanceof SdkClientException || cause instanceof IOException;
  }

  /** The error of a call itself, without what asynchronous execution wraps around it. */
  public static Throwable cause(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static boolean isOfEncryptionKey(AwsErrorDetails details) {
    return details != null && String.valueOf(details.errorCode()).startsWith("KMS");
  }

  /**
   * The attempts at one request after the other.
   *
   * @param call what is attempted, for log lines and errors
   * @param count of retries
   */
  public Attempts attempts(String call, Counter count) {
    return new Attempts(call, count);
  }

  /** Counts the attempts of a request. Not for concurrent use. */
  public final class Attempts {
    private final String call;
    private final Counter count;
    private int failed;
    private long logged = NEVER;

    private Attempts(String call, Counter count) {
      this.call = call;
      this.count = count;
    }

    /** The request has been answered. */
    public void succeeded() {
      if (failed > LOGGED_RETRIES) {
        LOG.info("{} succeeded after {} retries", call, failed);
      }
      failed = 0;
    }

    /**
     * The request has failed.
     *
     * @return the milliseconds to wait before the next attempt
     * @throws IOException if the error is permanent or the attempts are used up
     */
    public long failed(Throwable error) throws IOException {
      Throwable cause = cause(error);
      if (!isTemporary(cause)) {
        throw new IOException(call + " failed: " + cause.getMessage(), cause);
      }
      return failed(cause.toString(), cause);
    }

    /** The request has failed for a reason that is temporary; otherwise as above. */
    public long failed(String reason) throws IOException {
      return failed(reason, null);
    }

    private long failed(String reason, Throwable cause) throws IOException {
      if (failed >= retries) {
        throw new IOException(
            String.format("%s failed, tried %d times: %s", call, failed + 1, reason), cause);
      }
      long now = System.nanoTime();
      if (logged == NEVER || now - logged >= LOG_INTERVAL.toNanos()) {
        LOG.warn("{} is tried again, retry {} of {}: {}", call, failed + 1, retries, reason);
        logged = now;
      }
      count.inc();
      return Math.min(firstWait << Math.min(failed++, 20), LONGEST_WAIT.toMillis());
    }
  }
}
