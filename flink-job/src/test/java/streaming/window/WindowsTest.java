package streaming.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import streaming.document.Document;

/**
 * Trigger, window assigner and documents together, in the operator that Flink makes of them:
 * windows of 20 seconds every 10, early results after a second.
 */
class WindowsTest {
  private KeyedOneInputStreamOperatorTestHarness<String, Visit, Document> harness;

  @BeforeEach
  void open() throws Exception {
    harness = harness();
    harness.open();
    harness.setProcessingTime(50);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void aWindowGivesItsFirstResultImmediatelyAndTheFinalOneAtItsEnd() throws Exception {
    visitAt(15);
    assertThat(results()).containsExactlyInAnyOrder("gate-0: 1 early", "gate-10: 1 early");

    reach(19.998);
    assertThat(results()).hasSize(2);
    reach(19.999);
    assertThat(results()).endsWith("gate-0: 1 final");
    reach(29.999);
    assertThat(results()).hasSize(4).endsWith("gate-10: 1 final");
  }

  @Test
  void aWindowWithoutANewRecordIsSilent() throws Exception {
    visitAt(15);
    harness.setProcessingTime(1_050);
    harness.setProcessingTime(10_050);

    assertThat(results()).containsExactlyInAnyOrder("gate-0: 1 early", "gate-10: 1 early");
  }

  @Test
  void theNextResultComesAfterTheInterval() throws Exception {
    visitAt(15);
    visitAt(16);
    visitAt(17);
    harness.setProcessingTime(1_049);
    assertThat(results()).hasSize(2);

    harness.setProcessingTime(1_050);
    assertThat(results().subList(2, 4))
        .containsExactlyInAnyOrder("gate-0: 3 early", "gate-10: 3 early");
  }

  @Test
  void whileTheJobCatchesUpResultsAreRareUntilARecordIsLive() throws Exception {
    visitBehindAt(15);
    visitBehindAt(16);
    harness.setProcessingTime(10_049);
    assertThat(results()).isEmpty();

    harness.setProcessingTime(10_050);
    assertThat(results()).containsExactlyInAnyOrder("gate-0: 2 early", "gate-10: 2 early");
    reach(19.999);
    visitBehindAt(25);
    visitAt(26);
    assertThat(results())
        .hasSize(5)
        .endsWith("gate-0: 2 final", "gate-20: 2 early", "gate-10: 4 early");
  }

  @Test
  void whileTheJobCatchesUpTheResultsAfterTheFirstAreRareToo() throws Exception {
    visitBehindAt(15);
    harness.setProcessingTime(10_050);
    visitBehindAt(16);
    harness.setProcessingTime(20_049);
    assertThat(results()).hasSize(2);

    harness.setProcessingTime(20_050);
    assertThat(results()).hasSize(4).contains("gate-0: 2 early", "gate-10: 2 early");
    visitAt(17);
    assertThat(results()).hasSize(6).contains("gate-0: 3 early", "gate-10: 3 early");
  }

  @Test
  void anEarlyResultIsLiveIfARecordSinceTheOneBeforeIs() throws Exception {
    visitBehindAt(15);
    harness.setProcessingTime(10_050);
    visitAt(16);
    visitBehindAt(17);
    harness.setProcessingTime(11_050);
    visitBehindAt(18);
    harness.setProcessingTime(12_050);
    visitAt(18);
    harness.setProcessingTime(13_050);
    visitAt(19);
    reach(29.999);

    // Two windows each: behind, live, behind, live twice, and the final ones.
    assertThat(harness.extractOutputValues())
        .extracting(document -> document.live)
        .containsExactly(
            false, false, true, true, false, false, true, true, true, true, false, false);
  }

  @Test
  void noEarlyResultFollowsTheFinalOneAndNoStateStays() throws Exception {
    visitAt(15);
    reach(29.999);
    visitBehindAt(35);
    reach(49.999);
    harness.setProcessingTime(20_050);

    assertThat(results())
        .endsWith("gate-0: 1 final", "gate-10: 1 final", "gate-20: 1 final", "gate-30: 1 final");
    assertThat(harness.numProcessingTimeTimers()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void aRecordCountsInTheWindowsThatAreStillOpen() throws Exception {
    reach(19.999);
    visitAt(15);
    reach(29.999);

    assertThat(results()).containsExactly("gate-10: 1 early", "gate-10: 1 final");
  }

  @Test
  void aWindowThatGaveItsFinalResultStaysClosedAfterARecovery() throws Exception {
    visitAt(15);
    reach(19.999);
    long watermark = harness.getCurrentWatermark();
    restart();

    // The operator has no watermark yet; the record brings the one it was judged by.
    harness.processElement(new StreamRecord<>(new Visit(watermark), 16_000));
    reach(29.999);

    assertThat(results()).endsWith("gate-10: 2 final").doesNotContain("gate-0: 1 early");
  }

  @Test
  void anEarlyResultThatWasDueIsGivenAfterARecovery() throws Exception {
    visitAt(15);
    visitAt(16);
    restart();
    harness.setProcessingTime(1_050);

    assertThat(results()).containsExactlyInAnyOrder("gate-0: 2 early", "gate-10: 2 early");
  }

  @Test
  void aDocumentSaysWhichWindowItDescribes() throws Exception {
    visitBehindAt(15);
    reach(19.999);

    Document document = harness.extractOutputValues().get(0);
    assertThat(document.index).isEqualTo("visits");
    assertThat(JSON.std.mapFrom(document.source))
        .isEqualTo(
            Map.of(
                "place", "gate",
                "visits", 1,
                "windowStart", "1970-01-01T00:00:00Z",
                "windowEnd", "1970-01-01T00:00:20Z",
                "complete", true));
  }

  private void visitAt(long seconds) throws Exception {
    harness.processElement(
        new StreamRecord<>(new Visit(harness.getCurrentWatermark()), seconds * 1000));
  }

  private void visitBehindAt(long seconds) throws Exception {
    Visit visit = new Visit(harness.getCurrentWatermark());
    visit.live = false;
    harness.processElement(new StreamRecord<>(visit, seconds * 1000));
  }

  private void reach(double seconds) throws Exception {
    harness.processWatermark(Math.round(seconds * 1000));
  }

  private List<String> results() throws IOException {
    List<String> results = new ArrayList<>();
    for (Document document : harness.extractOutputValues()) {
      Map<String, Object> fields = JSON.std.mapFrom(document.source);
      results.add(
          String.format(
              "%s: %s %s",
              document.id,
              fields.get("visits"),
              Boolean.TRUE.equals(fields.get("complete")) ? "final" : "early"));
    }
    return results;
  }

  private void restart() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = harness();
    harness.initializeState(state);
    harness.open();
  }

  @SuppressWarnings("unchecked")
  private static KeyedOneInputStreamOperatorTestHarness<String, Visit, Document> harness()
      throws Exception {
    OneInputTransformation<Visit, Document> windows =
        (OneInputTransformation<Visit, Document>)
            StreamExecutionEnvironment.getExecutionEnvironment()
                .fromData(new Visit(0))
                .keyBy(visit -> "gate", Types.STRING)
                .window(new OpenWindows(Duration.ofSeconds(20), Duration.ofSeconds(10)))
                .trigger(new EarlyResultTrigger(Duration.ofSeconds(1)))
                .aggregate(new VisitCount(), new WindowDocuments<>("visits", WindowsTest::write))
                .getTransformation();
    return new KeyedOneInputStreamOperatorTestHarness<>(
        windows.getOperator(), visit -> "gate", Types.STRING);
  }

  /** The gate was reached. */
  public static class Visit extends OpenWindows.Admitted {
    public Visit() {
      live = true;
    }

    Visit(long admittedAt) {
      this();
      this.admittedAt = admittedAt;
    }
  }

  private static final class VisitCount implements WindowSum<Visit, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Visit visit, Long visits) {
      return visits + 1;
    }
  }

  private static void write(String place, Long visits, JsonGenerator json) throws IOException {
    json.writeStringField("place", place);
    json.writeNumberField("visits", visits);
  }
}
