package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import streaming.document.Document;

/** The first two zones of windows of ten seconds, at most once a second. */
class TopAreasTest {
  private KeyedOneInputStreamOperatorTestHarness<Long, AreaCount, Document> harness;

  @BeforeEach
  void open() throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new TopAreas(AreaKind.ZONES, Duration.ofSeconds(10), 2, Duration.ofSeconds(1))),
            count -> count.start,
            Types.LONG);
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void ranksByTripsThenByTheNumberOfTheZone() throws Exception {
    count(103, 5);
    count(48, 5);
    count(230, 4);
    harness.setProcessingTime(1000);

    assertThat(rankings())
        .containsExactly(
            "zones-0: 1. 48 Clinton East 5, 2. 103 Governor's Island/Ellis Island/Liberty Island 5 early");
  }

  @Test
  void writesARankingOnlyWhenItHasChanged() throws Exception {
    count(48, 5);
    count(103, 5);
    harness.setProcessingTime(1000);
    count(103, 5);
    harness.setProcessingTime(2000);
    count(230, 1);
    harness.setProcessingTime(3000);
    assertThat(rankings()).hasSize(1);

    count(230, 6);
    harness.setProcessingTime(4000);
    assertThat(rankings()).hasSize(2).last().asString().startsWith("zones-0: 1. 230 ");
  }

  @Test
  void theFinalRankingEndsTheWindowAndItsState() throws Exception {
    count(48, 5);
    harness.processWatermark(9_998);
    assertThat(rankings()).isEmpty();

    harness.processWatermark(9_999);
    harness.setProcessingTime(10_000);
    assertThat(rankings()).containsExactly("zones-0: 1. 48 Clinton East 5 final");
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void theFinalRankingIsWrittenEvenIfItHasNotChanged() throws Exception {
    count(48, 5);
    harness.setProcessingTime(1000);
    harness.processWatermark(9_999);

    assertThat(rankings())
        .containsExactly(
            "zones-0: 1. 48 Clinton East 5 early", "zones-0: 1. 48 Clinton East 5 final");
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  private void count(int zone, long trips) throws Exception {
    AreaCount count = new AreaCount();
    count.area = Integer.toString(zone);
    count.trips = trips;
    harness.processElement(new StreamRecord<>(count, 0));
  }

  private List<String> rankings() throws Exception {
    List<String> rankings = new ArrayList<>();
    for (Document document : harness.extractOutputValues()) {
      List<String> places = new ArrayList<>();
      for (Object each : (List<?>) JSON.std.mapFrom(document.source).get("areas")) {
        Map<?, ?> place = (Map<?, ?>) each;
        places.add(
            String.format(
                "%s. %s %s %s",
                place.get("rank"), place.get("area"), place.get("name"), place.get("trips")));
      }
      rankings.add(
          String.format(
              "%s: %s %s",
              document.id, String.join(", ", places), document.complete ? "final" : "early"));
    }
    return rankings;
  }
}
