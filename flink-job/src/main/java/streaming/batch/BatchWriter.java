package streaming.batch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriter;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.RequestEntryWrapper;
import org.apache.flink.connector.base.sink.writer.ResultHandler;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.metrics.Counter;
import streaming.JobMetrics;
import streaming.document.Document;
import streaming.retry.Patience;

/** Writes batches on a thread of its own, in order, and waits there before it tries again. */
final class BatchWriter extends AsyncSinkWriter<Document, Document> {
  /** The retries decide how long a request takes. */
  private static final long NO_TIMEOUT_MILLISECONDS = 24L * 60 * 60 * 1000;

  /** Bytes at most that a request adds to source, index and id of a document. */
  private static final int FRAME_BYTES = 64;

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

  /** Characters of the documents that wait: their bytes would have to be counted twice. */
  private long waiting;

  private final long mostWaiting;

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
        fitting(limits, buffered));
    this.limits = limits;
    mostWaiting = bufferedRequests * limits.bytes;
    for (BufferedRequestState<Document> state : buffered) {
      state
          .getBufferedRequestEntries()
          .forEach(entry -> waiting += entry.getRequestEntry().source.length());
    }
    this.sender = sender;
    retries = JobMetrics.counter(context.metricGroup(), JobMetrics.RETRIES);
    rejected = JobMetrics.counter(context.metricGroup(), JobMetrics.REJECTED);
  }

  /** The limits may have been lowered since the documents were saved. */
  private static List<BufferedRequestState<Document>> fitting(
      BatchLimits limits, Collection<BufferedRequestState<Document>> buffered) {
    return buffered.stream()
        .flatMap(state -> state.getBufferedRequestEntries().stream())
        .map(RequestEntryWrapper::getRequestEntry)
        .map(document -> new RequestEntryWrapper<>(document, sizeInBytes(limits, document)))
        .map(entry -> new BufferedRequestState<>(List.of(entry)))
        .collect(Collectors.toList());
  }

  /** Of large documents, as many as may wait would fill the heap. */
  @Override
  public void write(Document document, Context context) throws IOException, InterruptedException {
    if (waiting > mostWaiting) {
      flush(true);
    }
    waiting += document.source.length();
    super.write(document, context);
  }

  /**
   * Waits until everything is written. Flink asks for less at a checkpoint; but documents that are
   * restored from one may come to another subtask, where an early result could be written after the
   * final one.
   */
  @Override
  public void flush(boolean endOfInput) throws InterruptedException {
    super.flush(true);
  }

  @Override
  protected void submitRequestEntries(List<Document> documents, ResultHandler<Document> result) {
    documents.forEach(document -> waiting -= document.source.length());
    thread.execute(
        () -> {
          try {
            deliver(newestOfEachId(documents));
            result.complete();
          } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
          } catch (Exception failure) {
            fail(result, failure);
          } catch (Throwable error) {
            fail(result, new ExecutionException(error));
          }
        });
  }

  /** A request without an answer would be under way for ever. */
  private void fail(ResultHandler<Document> result, Exception failure) {
    if (!closed) {
      result.completeExceptionally(failure);
    }
  }

  /** Within a request the documents of one id could be written in any order. */
  private static List<Document> newestOfEachId(List<Document> documents) {
    Map<List<String>, Document> newest = new LinkedHashMap<>();
    documents.forEach(document -> newest.put(List.of(document.index, document.id), document));
    return new ArrayList<>(newest.values());
  }

  private void deliver(List<Document> documents) throws IOException, InterruptedException {
    Patience.Attempts attempts =
        limits.patience.attempts("Writing " + documents.size() + " documents", retries);
    List<Document> pending = documents;
    while (!pending.isEmpty()) {
      BatchSender.Outcome outcome = sender.send(pending);
      rejected.inc(outcome.instead.size());
      for (List<Document> request : requestsFor(outcome.instead)) {
        deliver(request);
      }
      pending = outcome.again;
      if (pending.isEmpty()) {
        attempts.succeeded();
      } else {
        Thread.sleep(attempts.failed(outcome.reason));
      }
    }
  }

  /**
   * What stands in for a document may be larger than it was, and all of a request larger than it.
   */
  private List<List<Document>> requestsFor(List<Document> documents) {
    List<List<Document>> requests = new ArrayList<>();
    long left = 0;
    for (Document document : documents) {
      long size = getSizeInBytes(document);
      if (requests.isEmpty() || size > left) {
        requests.add(new ArrayList<>());
        left = limits.bytes;
      }
      requests.get(requests.size() - 1).add(document);
      left -= size;
    }
    return requests;
  }

  @Override
  protected long getSizeInBytes(Document document) {
    return sizeInBytes(limits, document);
  }

  /** What a request grows by; a document that is larger than a request fills one. */
  private static long sizeInBytes(BatchLimits limits, Document document) {
    long source = document.source.getBytes(StandardCharsets.UTF_8).length;
    long size = source + document.index.length() + document.id.length() + FRAME_BYTES;
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
