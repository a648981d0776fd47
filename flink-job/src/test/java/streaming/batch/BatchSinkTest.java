package streaming.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import streaming.batch.BatchSender.Outcome;
import streaming.document.Document;
import streaming.document.DocumentFixture;
import streaming.retry.Patience;

@Timeout(30)
// The harness says that it may be interrupted while it closes.
@SuppressWarnings("try")
class BatchSinkTest {
  private static final Outcome TAKEN = new Outcome(List.of(), List.of(), null);

  /** Ids of the documents of each request that has been answered. */
  private final List<List<String>> requests = new CopyOnWriteArrayList<>();

  @Test
  void aCheckpointWaitsUntilEverythingBeforeItIsWritten() throws Exception {
    OperatorSubtaskState state;
    try (var sink = open(limits(1000), null, this::send)) {
      write(sink, document("a", 10), document("b", 10));
      sink.prepareSnapshotPreBarrier(1);
      assertThat(sent()).containsExactly("a", "b");
      state = sink.snapshot(1, 1);
    }
    try (var restored = open(limits(1000), state, this::send)) {
      restored.endInput();
      assertThat(sent()).containsExactly("a", "b");
    }
  }

  @Test
  void earlyResultsWaitForTheBeatAloneAndOfThoseThatWaitTheNewestIsWritten() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    BatchSender.Factory waiting =
        () ->
            sender(
                documents -> {
                  answer.await();
                  return TAKEN;
                });
    try (var sink = open(limits(1000), null, waiting)) {
      sink.setProcessingTime(1000);
      write(sink, early("a"), early("d"));
      sink.setProcessingTime(1075);
      write(sink, early("b"), document("c", 1), early("b"));
      answer.countDown();
      while (requests.isEmpty()) {
        Thread.onSpinWait();
      }
      sink.prepareSnapshotPreBarrier(1);
    }
    assertThat(requests).containsExactly(List.of("a", "d"), List.of("c", "b"));
  }

  @Test
  void anErrorFailsTheJob() throws Exception {
    BatchSender.Factory broken = () -> sender(documents -> loadMissingClass());
    try (var sink = open(limits(1000), null, broken)) {
      write(sink, document("a", 10));

      assertThatThrownBy(() -> sink.prepareSnapshotPreBarrier(1))
          .hasRootCauseInstanceOf(NoClassDefFoundError.class);
    }
  }

  @Test
  void holdsTheJobBackBeforeLargeDocumentsFillTheHeap() throws Exception {
    int mostWaiting = 0;
    try (var sink = open(limits(1000), null, this::sendSlowly)) {
      for (int written = 1; written <= 100; written++) {
        write(sink, document(Integer.toString(written), 1000));
        mostWaiting = Math.max(mostWaiting, written - sent().size());
      }
    }
    assertThat(mostWaiting).isBetween(10, 15);
  }

  @Test
  void whatIsWrittenInsteadOfRefusedDocumentsFitsIntoRequests() throws Exception {
    BatchSender.Factory refusing =
        () -> sender(documents -> new Outcome(List.of(), deadLettersOf(documents, 400), null));
    try (var sink = open(limits(1000), null, refusing)) {
      write(sink, document("a", 10), document("b", 10), document("c", 10));
      sink.prepareSnapshotPreBarrier(1);
    }
    assertThat(requests)
        .containsExactly(List.of("a", "b", "c"), List.of("dead-a", "dead-b"), List.of("dead-c"));
  }

  @Test
  void whatIsWrittenInsteadDoesNotWaitForWhatIsSentAgain() throws Exception {
    BatchSender.Factory busy =
        () ->
            sender(
                documents ->
                    requests.isEmpty()
                        ? new Outcome(
                            documents.subList(0, 1),
                            deadLettersOf(documents.subList(1, 2), 10),
                            "busy")
                        : TAKEN);
    BatchLimits once =
        new BatchLimits(50, 1000, Duration.ofMinutes(1), new Patience(Duration.ofMillis(10), 1));
    try (var sink = open(once, null, busy)) {
      write(sink, document("a", 10), document("b", 10));
      sink.prepareSnapshotPreBarrier(1);
    }
    assertThat(requests).containsExactly(List.of("a", "b"), List.of("dead-b"), List.of("a"));
  }

  /** A dead letter itself is taken. */
  private static List<Document> deadLettersOf(List<Document> documents, int length) {
    return documents.stream()
        .filter(document -> !document.id.startsWith("dead-"))
        .map(document -> document("dead-" + document.id, length))
        .collect(Collectors.toList());
  }

  private static List<String> ids(List<Document> documents) {
    return documents.stream().map(document -> document.id).collect(Collectors.toList());
  }

  private static BatchLimits limits(long bytes) {
    return new BatchLimits(
        50, bytes, Duration.ofMinutes(1), new Patience(Duration.ofMillis(10), 0));
  }

  private static Document document(String id, int length) {
    return DocumentFixture.document(
        "counts", id, json -> json.writeStringField("text", "x".repeat(length)));
  }

  private static Document early(String id) {
    Document document = document(id, 1);
    document.live = true;
    return document;
  }

  private static OneInputStreamOperatorTestHarness<Document, ?> open(
      BatchLimits limits, OperatorSubtaskState state, BatchSender.Factory sender) throws Exception {
    var harness =
        new OneInputStreamOperatorTestHarness<>(
            new SinkWriterOperatorFactory<>(new BatchSink(limits, sender)));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  private static void write(
      OneInputStreamOperatorTestHarness<Document, ?> sink, Document... documents) throws Exception {
    for (Document document : documents) {
      sink.processElement(document, 0);
    }
  }

  private List<String> sent() {
    return requests.stream().flatMap(List::stream).collect(Collectors.toList());
  }

  private BatchSender send() {
    return sender(documents -> TAKEN);
  }

  private BatchSender sendSlowly() {
    return sender(
        documents -> {
          Thread.sleep(10);
          return TAKEN;
        });
  }

  private static Outcome loadMissingClass() {
    throw new NoClassDefFoundError("Missing");
  }

  /** What a request does. */
  private interface Request {
    Outcome with(List<Document> documents) throws IOException, InterruptedException;
  }

  private BatchSender sender(Request request) {
    return new BatchSender() {
      @Override
      public Outcome send(List<Document> documents) throws IOException, InterruptedException {
        Outcome outcome = request.with(documents);
        requests.add(ids(documents));
        return outcome;
      }

      @Override
      public void close() {}
    };
  }
}
