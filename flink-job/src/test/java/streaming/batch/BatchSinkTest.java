package streaming.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import streaming.document.Document;
import streaming.document.DocumentFixture;

@Timeout(30)
// The harness says that it may be interrupted while it closes.
@SuppressWarnings("try")
class BatchSinkTest {
  private final List<String> sent = Collections.synchronizedList(new ArrayList<>());

  @Test
  void aCheckpointWaitsUntilEverythingBeforeItIsWritten() throws Exception {
    OperatorSubtaskState state;
    try (var sink = open(limits(1000), null, this::send)) {
      write(sink, document("a", 10), document("b", 10));
      sink.prepareSnapshotPreBarrier(1);
      assertThat(sent).containsExactly("a", "b");
      state = sink.snapshot(1, 1);
    }
    try (var restored = open(limits(1000), state, this::send)) {
      restored.endInput();
      assertThat(sent).containsExactly("a", "b");
    }
  }

  @Test
  void writesWhatAnEarlierReleaseHasSavedAlsoWhenItIsLargerThanARequestIsNow() throws Exception {
    OperatorSubtaskState state;
    try (var sink = open(limits(10_000), null, this::send)) {
      write(sink, document("a", 2000), document("b", 10));
      state = sink.snapshot(1, 1);
    }
    try (var restored = open(limits(1000), state, this::send)) {
      restored.endInput();
      assertThat(sent).containsExactly("a", "b");
    }
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
        mostWaiting = Math.max(mostWaiting, written - sent.size());
      }
    }
    assertThat(mostWaiting).isBetween(10, 15);
  }

  private static BatchLimits limits(long bytes) {
    return new BatchLimits(50, bytes, Duration.ofMinutes(1), 0, Duration.ofMillis(10));
  }

  private static Document document(String id, int length) {
    return DocumentFixture.document(
        "counts", id, json -> json.writeStringField("text", "x".repeat(length)));
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

  private BatchSender send() {
    return sender(documents -> documents.forEach(document -> sent.add(document.id)));
  }

  private BatchSender sendSlowly() {
    return sender(
        documents -> {
          Thread.sleep(10);
          documents.forEach(document -> sent.add(document.id));
        });
  }

  private static void loadMissingClass() {
    throw new NoClassDefFoundError("Missing");
  }

  /** What a request does. */
  private interface Request {
    void with(List<Document> documents) throws IOException, InterruptedException;
  }

  private static BatchSender sender(Request request) {
    return new BatchSender() {
      @Override
      public Outcome send(List<Document> documents) throws IOException, InterruptedException {
        request.with(documents);
        return new Outcome(List.of(), List.of(), null);
      }

      @Override
      public void close() {}
    };
  }
}
