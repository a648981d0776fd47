package streaming.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Keeps the documents of a job in the test's memory, those of one id in their order. */
public final class CollectingSink {
  /** Flink copies functions: what they write must be found under a name. */
  private static final Map<Integer, List<Document>> COLLECTED = new ConcurrentHashMap<>();

  private static final AtomicInteger NEXT = new AtomicInteger();

  private final int name = NEXT.incrementAndGet();
  private final List<Document> documents = new ArrayList<>();

  public CollectingSink() {
    COLLECTED.put(name, documents);
  }

  public void addTo(DataStream<Document> stream) {
    stream
        .map(new Collect(name))
        .uid("collect")
        .name("Collect")
        .sinkTo(new DiscardingSink<>())
        .uid("discard")
        .name("Discard");
  }

  /** What has been written so far. */
  public List<Document> documents() {
    synchronized (documents) {
      return new ArrayList<>(documents);
    }
  }

  /** Waits until the job has written a document, or has failed. */
  public void await(JobClient job, Predicate<Document> expected) throws InterruptedException {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    job.getJobExecutionResult()
        .whenComplete(
            (result, cause) -> {
              failure.complete(cause);
              synchronized (documents) {
                documents.notifyAll();
              }
            });
    synchronized (documents) {
      while (documents.stream().noneMatch(expected)) {
        if (failure.isDone()) {
          throw new AssertionError("the job ended without the document", failure.join());
        }
        documents.wait();
      }
    }
  }

  private static final class Collect implements MapFunction<Document, Document> {
    private static final long serialVersionUID = 1L;

    private final int name;

    private Collect(int name) {
      this.name = name;
    }

    @Override
    public Document map(Document document) {
      List<Document> documents = COLLECTED.get(name);
      synchronized (documents) {
        documents.add(document);
        documents.notifyAll();
      }
      return document;
    }
  }
}
