package streaming.batch;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.connector.base.sink.AsyncSinkBase;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import streaming.document.Document;

/**
 * A sink that writes documents in batches, each at least once: a checkpoint waits until all
 * documents before it are written. A subtask sends one request after the other, retries included.
 */
public final class BatchSink extends AsyncSinkBase<Document, Document> {
  private static final long serialVersionUID = 1L;

  /** Requests that may wait, by documents and by size; beyond them the job slows down. */
  private static final int BUFFERED_REQUESTS = 10;

  private final BatchLimits limits;
  private final BatchSender.Factory sender;

  public BatchSink(BatchLimits limits, BatchSender.Factory sender) {
    super(
        (document, context) -> document,
        limits.documents,
        1,
        BUFFERED_REQUESTS * limits.documents,
        limits.bytes,
        limits.interval.toMillis(),
        limits.bytes);
    this.limits = limits;
    this.sender = sender;
  }

  @Override
  // Flink asks for the method that it deprecates.
  @SuppressWarnings("deprecation")
  public StatefulSinkWriter<Document, BufferedRequestState<Document>> createWriter(
      InitContext context) throws IOException {
    return restoreWriter(context, List.of());
  }

  @Override
  @SuppressWarnings("deprecation")
  public StatefulSinkWriter<Document, BufferedRequestState<Document>> restoreWriter(
      InitContext context, Collection<BufferedRequestState<Document>> buffered) {
    return new BatchWriter(
        getElementConverter(), context, BUFFERED_REQUESTS, limits, sender.create(), buffered);
  }

  @Override
  public SimpleVersionedSerializer<BufferedRequestState<Document>> getWriterStateSerializer() {
    return new DocumentStateSerializer();
  }
}
