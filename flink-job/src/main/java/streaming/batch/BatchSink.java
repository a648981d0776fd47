package streaming.batch;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import streaming.document.Document;

/**
 * A sink that writes documents in batches, each at least once: a checkpoint waits until all
 * documents before it are written. A subtask sends one request after the other, retries included.
 */
public final class BatchSink implements Sink<Document> {
  private static final long serialVersionUID = 1L;

  private final BatchLimits limits;
  private final BatchSender.Factory sender;

  public BatchSink(BatchLimits limits, BatchSender.Factory sender) {
    this.limits = limits;
    this.sender = sender;
  }

  @Override
  public SinkWriter<Document> createWriter(WriterInitContext context) {
    return new BatchWriter(context, limits, sender.create());
  }
}
