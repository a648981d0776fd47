package streaming.batch;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import streaming.document.Document;
import streaming.retry.Patience;

/** When a request is sent, and how often it is sent again. */
public final class BatchLimits implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Bytes at most that a request adds to source, index and id of a document. */
  private static final int FRAME_BYTES = 64;

  final int documents;
  final long bytes;
  final Duration interval;
  final Patience patience;

  /**
   * @param documents at most in a request
   * @param bytes about at most in a request; a document that is larger has one of its own
   * @param interval the longest time that a document waits for others
   * @param patience with a service that cannot take a request now
   */
  public BatchLimits(int documents, long bytes, Duration interval, Patience patience) {
    this.documents = documents;
    this.bytes = bytes;
    this.interval = interval;
    this.patience = patience;
  }

  /** What a request grows by; a document that is larger than a request fills one. */
  long size(Document document) {
    long source = document.source.getBytes(StandardCharsets.UTF_8).length;
    int name = document.storedIn().length() + document.id.length();
    return Math.min(source + name + FRAME_BYTES, bytes);
  }
}
