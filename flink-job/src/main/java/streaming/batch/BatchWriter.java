package streaming.batch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import streaming.Beat;
import streaming.JobMetrics;
import streaming.document.Document;
import streaming.retry.Patience;

/**
 * Writes batches on a thread of its own, in order, and waits there before it tries again. Of the
 * documents of one id that wait, the newest alone is written.
 *
 * <p>A request is sent when it is full, when its first document has waited long enough, or with
 * live results at the next {@link Beat}.
 */
final class BatchWriter implements SinkWriter<Document> {
  /** Full requests that may wait; beyond them the job slows down. */
  private static final int MOST_REQUESTS = 10;

  private static final long LONGEST_LIVE_INTERVAL = 1000;

  private final MailboxExecutor mailbox;
  private final ProcessingTimeService clock;
  private final BatchLimits limits;
  private final BatchSender sender;

  /**
   * Milliseconds between two requests with live results, while none is full. Each refreshes its
   * indices, so that subtasks that share an index send less often.
   */
  private final long liveInterval;

  private final Counter retries;
  private final Counter rejected;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(new ExecutorThreadFactory("batch-writer"));

  /** The documents that wait, by index and id. */
  private final Map<List<String>, Document> waiting = new LinkedHashMap<>();

  private long waitingBytes;

  /** When the documents that wait are due, in processing time. */
  private long due = Long.MAX_VALUE;

  /** The first beat at which the next request with live results may be sent. */
  private long nextLive;

  private boolean isSending;

  /** Results of a request under way are ignored after that. */
  private volatile boolean closed;

  // Read by the thread of metrics.
  private volatile long queued;
  private volatile long requestTime;

  BatchWriter(WriterInitContext context, BatchLimits limits, BatchSender sender) {
    mailbox = context.getMailboxExecutor();
    clock = context.getProcessingTimeService();
    this.limits = limits;
    this.sender = sender;
    int subtasks = context.getTaskInfo().getNumberOfParallelSubtasks();
    liveInterval =
        Math.min(Beat.MILLISECONDS * IndexPartitioner.shares(subtasks), LONGEST_LIVE_INTERVAL);
    retries = JobMetrics.counter(context.metricGroup(), JobMetrics.RETRIES);
    rejected = JobMetrics.counter(context.metricGroup(), JobMetrics.REJECTED);
    JobMetrics.gauge(context.metricGroup(), JobMetrics.QUEUE, () -> queued);
    JobMetrics.gauge(context.metricGroup(), JobMetrics.REQUEST_TIME, () -> requestTime);
  }

  @Override
  public void write(Document document, Context context) throws IOException, InterruptedException {
    while (waiting.size() >= MOST_REQUESTS * limits.documents
        || waitingBytes >= MOST_REQUESTS * limits.bytes) {
      mailbox.yield();
    }
    // Put at the end: the documents of one id keep their order, those of different ids need none.
    Document replaced = waiting.remove(List.of(document.index, document.id));
    waitingBytes += limits.size(document) - (replaced == null ? 0 : limits.size(replaced));
    waiting.put(List.of(document.index, document.id), document);
    queued = waiting.size();
    long now = clock.getCurrentProcessingTime();
    beDue(
        document.live
            ? Beat.REQUEST.next(Math.max(now, nextLive))
            : now + limits.interval.toMillis());
    sendIfDue();
  }

  private void beDue(long time) {
    if (time < due) {
      due = time;
      if (time > clock.getCurrentProcessingTime()) {
        clock.registerTimer(time, reached -> sendIfDue());
      }
    }
  }

  private void sendIfDue() {
    boolean isFull = waiting.size() >= limits.documents || waitingBytes >= limits.bytes;
    if (!isSending && !waiting.isEmpty() && (isFull || due <= clock.getCurrentProcessingTime())) {
      send();
    }
  }

  private void send() {
    List<Document> batch = new ArrayList<>();
    long left = limits.bytes;
    Iterator<Document> next = waiting.values().iterator();
    while (next.hasNext() && batch.size() < limits.documents) {
      Document document = next.next();
      long size = limits.size(document);
      if (size > left) {
        break;
      }
      next.remove();
      batch.add(document);
      left -= size;
    }
    waitingBytes -= limits.bytes - left;
    queued = waiting.size();
    if (waiting.isEmpty()) {
      due = Long.MAX_VALUE;
    }
    isSending = true;
    nextLive = Beat.REQUEST.after(clock.getCurrentProcessingTime(), liveInterval);
    thread.execute(() -> deliverAndReport(batch));
  }

  private void deliverAndReport(List<Document> batch) {
    Throwable failure = null;
    long started = System.nanoTime();
    try {
      deliver(batch);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      failure = closing;
    } catch (Throwable error) {
      failure = error;
    }
    requestTime = (System.nanoTime() - started) / 1_000_000;
    Throwable met = failure;
    if (!closed) {
      mailbox.execute(() -> sent(met), "documents are written");
    }
  }

  private void sent(Throwable failure) throws IOException {
    if (failure != null) {
      throw new IOException("documents could not be written: " + failure.getMessage(), failure);
    }
    isSending = false;
    sendIfDue();
  }

  /**
   * Waits until everything is written: documents that are restored from a checkpoint may come to
   * another subtask, where an early result could be written after the final one.
   */
  @Override
  public void flush(boolean endOfInput) throws InterruptedException {
    while (isSending || !waiting.isEmpty()) {
      if (isSending) {
        mailbox.yield();
      } else {
        send();
      }
    }
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
      long size = limits.size(document);
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
  public void close() throws IOException {
    closed = true;
    thread.shutdownNow();
    sender.close();
  }
}
