package streaming.batch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriter;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.ResultHandler;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.metrics.Counter;
import streaming.document.Document;

/** Writes batches on a thread of its own, in order, and waits there before it tries again. */
final class BatchWriter extends AsyncSinkWriter<Document, Document> {
  /** The retries decide how long a request takes. */
  private static final long NO_TIMEOUT_MILLISECONDS = 24L * 60 * 60 * 1000;

  private final BatchLimits limits;
  private final BatchSender sender;
  private final Counter retries;
  private final Counter rejected;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread created = new Thread(task, "batch-writer");
            created.setDaemon(true);
            return created;
          });

  /** Whatever a request under way meets after that concerns nobody. */
  private volatile boolean closed;

  // Flink still makes sinks with the context that it deprecates.
  @SuppressWarnings("deprecation")
  BatchWriter(
      ElementConverter<Document, Document> converter,
      Sink.InitContext context,
      int bufferedRequests,
      BatchLimits limits,
      BatchSender sender,
      Collection<BufferedRequestState<Document>> buffered) {
    super(
        converter,
        context,
        AsyncSinkWriterConfiguration.builder()
            .setMaxBatchSize(limits.documents)
            .setMaxBatchSizeInBytes(limits.bytes)
            .setMaxInFlightRequests(1)
            .setMaxBufferedRequests(bufferedRequests * limits.documents)
            .setMaxTimeInBufferMS(limits.interval.toMillis())
            .setMaxRecordSizeInBytes(limits.bytes)
            .setRequestTimeoutMS(NO_TIMEOUT_MILLISECONDS)
            .build(),
        buffered);
    this.limits = limits;
    this.sender = sender;
    retries = context.metricGroup().counter("retries");
    rejected = context.metricGroup().counter("rejected");
  }

  @Override
  protected void submitRequestEntries(List<Document> documents, ResultHandler<Document> result) {
    thread.execute(
        () -> {
          try {
            deliver(newestOfEachId(documents));
            result.complete();
          } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
          } catch (IOException | RuntimeException failure) {
            if (!closed) {
              result.completeExceptionally(failure);
            }
          }
        });
  }

  /** Within a request the documents of one id could be written in any order. */
  private static List<Document> newestOfEachId(List<Document> documents) {
    Map<List<String>, Document> newest = new LinkedHashMap<>();
    documents.forEach(document -> newest.put(List.of(document.index, document.id), document));
    return new ArrayList<>(newest.values());
  }

  private void deliver(List<Document> documents) throws IOException, InterruptedException {
    List<Document> pending = documents;
    for (int attempt = 0; !pending.isEmpty(); ) {
      BatchSender.Outcome outcome = sender.send(pending);
      rejected.inc(outcome.instead.size());
      pending = new ArrayList<>(outcome.again);
      pending.addAll(outcome.instead);
      if (!outcome.again.isEmpty()) {
        if (attempt == limits.retries) {
          throw new IOException(
              String.format(
                  "%d documents could not be written, tried %d times: %s",
                  outcome.again.size(), attempt + 1, outcome.reason));
        }
        Thread.sleep(limits.waitAfter(attempt));
        attempt++;
        retries.inc();
      }
    }
  }

  @Override
  protected long getSizeInBytes(Document document) {
    long size = document.source.getBytes(StandardCharsets.UTF_8).length;
    return Math.min(size, limits.bytes);
  }

  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
    try {
      sender.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    super.close();
  }
}
