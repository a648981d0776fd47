package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import streaming.document.Document;

/** Windows of ten seconds; the normal is the average of the two before. */
class AreaDemandTest {
  private KeyedOneInputStreamOperatorTestHarness<String, AreaCount, Document> harness;

  @BeforeEach
  void open() throws Exception {
    harness = harness();
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void comparesAWindowWithThoseBeforeItEndToEnd() throws Exception {
    count("dr5ru", 0, 4, true);
    count("dr5ru", 5, 100, true);
    count("dr5ru", 10, 8, true);
    count("dr5ru", 20, 12, true);

    assertThat(results())
        .contains("dr5ru-10: 8 of 2.0, score 4.242640687119285 final")
        .endsWith("dr5ru-20: 12 of 6.0, score 2.4494897427831783 final");
  }

  @Test
  void anAbsentWindowCountsNothingAndTheScoreStaysFinite() throws Exception {
    count("dr5ru", 20, 3, false);

    assertThat(results()).containsExactly("dr5ru-20: 3 of 0.0, score 3.0 early");
  }

  @Test
  void aChangedCountIsWrittenIntoTheWindowsThatItIsNormalFor() throws Exception {
    count("dr5ru", 10, 2, false);
    count("dr5ru", 20, 2, false);
    count("dr5ru", 30, 2, false);
    int before = results().size();
    count("dr5ru", 0, 1, false);

    assertThat(results().subList(before, results().size()))
        .containsExactly(
            "dr5ru-0: 1 of 0.0, score 1.0 early",
            "dr5ru-10: 2 of 0.5, score 1.5 early",
            "dr5ru-20: 2 of 1.5, score 0.4082482904638631 early");
  }

  @Test
  void aCountThatOnlyBecomesFinalChangesNoOther() throws Exception {
    count("dr5ru", 0, 1, false);
    count("dr5ru", 10, 2, false);
    int before = results().size();
    count("dr5ru", 0, 1, true);

    assertThat(results().subList(before, results().size()))
        .containsExactly("dr5ru-0: 1 of 0.0, score 1.0 final");
  }

  @Test
  void areasAreTheirOwnNormal() throws Exception {
    count("dr5ru", 0, 9, true);
    count("dr5rv", 10, 1, true);

    assertThat(results()).endsWith("dr5rv-10: 1 of 0.0, score 1.0 final");
  }

  @Test
  void keepsACountWhileAWindowMayAskForIt() throws Exception {
    count("dr5ru", 0, 1, true);
    harness.processWatermark(29_998);
    assertThat(harness.numKeyedStateEntries()).isEqualTo(1);

    harness.processWatermark(29_999);
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void keepsTheCountsOfAnAreaWithOneTimer() throws Exception {
    for (int start = 0; start <= 60; start += 5) {
      count("dr5ru", start, 1, true);
      harness.processWatermark(start * 1000L);
      assertThat(harness.numEventTimeTimers()).isEqualTo(1);
    }
    assertThat(results()).endsWith("dr5ru-60: 1 of 1.0, score 0.0 final");

    harness.processWatermark(Long.MAX_VALUE);
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void knowsTheCountsAfterARecovery() throws Exception {
    count("dr5ru", 0, 4, true);
    count("dr5ru", 10, 8, true);
    restart();
    count("dr5ru", 20, 12, true);

    assertThat(results()).containsExactly("dr5ru-20: 12 of 6.0, score 2.4494897427831783 final");
    assertThat(harness.numEventTimeTimers()).isEqualTo(1);
  }

  @Test
  void knowsTheCountsOfMoreAreasThanFitOnTheHeap() throws Exception {
    for (int area = 0; area <= RecentCounts.MAX_COPIED; area++) {
      count(Integer.toString(area), 0, 4, true);
    }
    harness.getOutput().clear();
    count("0", 10, 8, true);

    assertThat(results()).containsExactly("0-10: 8 of 2.0, score 4.242640687119285 final");
  }

  private void restart() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = harness();
    harness.initializeState(state);
    harness.open();
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, AreaCount, Document> harness()
      throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(
            new AreaDemand<String>(AreaKind.CELLS, Duration.ofSeconds(10), 2)),
        count -> count.area,
        Types.STRING);
  }

  private void count(String cell, long start, long trips, boolean complete) throws Exception {
    AreaCount count = new AreaCount();
    count.area = cell;
    count.start = start * 1000;
    count.trips = trips;
    count.complete = complete;
    harness.processElement(new StreamRecord<>(count, count.start));
  }

  private List<String> results() throws Exception {
    List<String> results = new ArrayList<>();
    for (Document document : harness.extractOutputValues()) {
      Map<String, Object> fields = JSON.std.mapFrom(document.source);
      results.add(
          String.format(
              "%s: %s of %s, score %s %s",
              document.id,
              fields.get("trips"),
              fields.get("normal"),
              fields.get("score"),
              document.complete ? "final" : "early"));
    }
    return results;
  }
}
