package streaming.search;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.FilterFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import streaming.document.DeadLetter;
import streaming.document.Document;

/**
 * Lets all results pass, and of the dead letters of each reason a bounded number in a minute: a
 * flood of them would fill the domain. The archive has them all, and metrics count them.
 */
final class DeadLetterSample implements FilterFunction<Document> {
  /** Dead letters of one reason that a subtask keeps in a minute. */
  static final int PER_MINUTE = 1000;

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterSample.class);

  private final HashMap<String, Integer> seen = new HashMap<>();
  private long minute;

  @Override
  public boolean filter(Document document) {
    if (!document.index.equals(DeadLetter.INDEX)) {
      return true;
    }
    long now = System.nanoTime() / Duration.ofMinutes(1).toNanos();
    if (now != minute) {
      minute = now;
      for (Map.Entry<String, Integer> each : seen.entrySet()) {
        if (each.getValue() > PER_MINUTE) {
          LOG.warn(
              "Of {} dead letters ({}) in a minute {} are in the index",
              each.getValue(),
              each.getKey(),
              PER_MINUTE);
        }
      }
      seen.clear();
    }
    return seen.merge(DeadLetter.reasonOf(document), 1, Integer::sum) <= PER_MINUTE;
  }
}
