package streaming.batch;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import streaming.document.Document;

/** Sends documents somewhere, many in one request. */
public interface BatchSender extends Closeable {
  /**
   * Sends documents once.
   *
   * @return those that the other side could not take for now, and could take later
   * @throws IOException if it never will
   */
  Outcome send(List<Document> documents) throws IOException, InterruptedException;

  /** Makes the sender on the machine that it runs on. */
  interface Factory extends Serializable {
    BatchSender create();
  }

  /** What became of a request. */
  final class Outcome {
    /** Documents to send again, after a while. */
    final List<Document> again;

    /** Documents to send in place of others, which the other side refuses for good. */
    final List<Document> instead;

    /** Why there are documents to send again. */
    final String reason;

    public Outcome(List<Document> again, List<Document> instead, String reason) {
      this.again = again;
      this.instead = instead;
      this.reason = reason;
    }
  }
}
