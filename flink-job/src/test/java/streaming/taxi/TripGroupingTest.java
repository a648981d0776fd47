package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spans of ten milliseconds. */
class TripGroupingTest {
  private OneInputStreamOperatorTestHarness<TripGroup, TripGroup> harness;

  @BeforeEach
  void open() throws Exception {
    harness =
        new OneInputStreamOperatorTestHarness<>(
            // Windows of the two start and end at multiples of 10.
            new TripGrouping(Duration.ofMillis(30), Duration.ofMillis(20)),
            TypeInformation.of(TripGroup.class).createSerializer(new SerializerConfigImpl()));
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void addsUpWhatTripsOfTheSameWindowsCount() throws Exception {
    process(10, 230, "JFK", 5, 100);
    process(19, 230, "JFK", 5, 200);
    process(15, 230, "JFK", 5, 300);
    harness.processWatermark(7);

    assertThat(groups()).containsExactly("10: 3 trips of [100, 200, 300] s from 230 to JFK at 5");
  }

  @Test
  void keepsApartWhatDoesNotCountTogether() throws Exception {
    process(10, 230, "JFK", 5, 100);
    process(20, 230, "JFK", 5, 100);
    process(10, 48, "JFK", 5, 100);
    process(10, 230, "LGA", 5, 100);
    process(10, 230, null, 5, 100);
    process(10, 230, "JFK", 6, 100);
    harness.endInput();

    assertThat(groups())
        .containsExactlyInAnyOrder(
            "10: 1 trips of [100] s from 230 to JFK at 5",
            "20: 1 trips of [100] s from 230 to JFK at 5",
            "10: 1 trips of [100] s from 48 to JFK at 5",
            "10: 1 trips of [100] s from 230 to LGA at 5",
            "10: 1 trips of null s from 230 to null at 5",
            "10: 1 trips of [100] s from 230 to JFK at 6");
  }

  @Test
  void holdsAGroupBackForAMomentOnly() throws Exception {
    process(10, 230, null, 5, 100);
    harness.setProcessingTime(TripGrouping.DELAY.toMillis() - 1);
    assertThat(groups()).isEmpty();

    harness.setProcessingTime(TripGrouping.DELAY.toMillis());
    assertThat(groups()).hasSize(1);

    process(10, 230, null, 5, 100);
    harness.setProcessingTime(2 * TripGrouping.DELAY.toMillis());
    assertThat(groups()).hasSize(2);
  }

  @Test
  void sendsItsGroupsBeforeTheWatermarkThatMayCloseTheirWindows() throws Exception {
    process(10, 230, null, 5, 100);
    harness.processWatermark(20);

    assertThat(harness.getOutput()).hasSize(2).last().isEqualTo(new Watermark(20));
  }

  @Test
  void sendsItsGroupsBeforeOthersMayAdvanceTheWatermarkAlone() throws Exception {
    process(10, 230, null, 5, 100);
    harness.processWatermarkStatus(WatermarkStatus.IDLE);

    assertThat(harness.getOutput()).hasSize(2).last().isEqualTo(WatermarkStatus.IDLE);
  }

  @Test
  void sendsItsGroupsBeforeACheckpoint() throws Exception {
    process(10, 230, null, 5, 100);
    harness.prepareSnapshotPreBarrier(1);

    assertThat(groups()).hasSize(1);
  }

  private void process(long eventTime, int zone, String airport, long admittedAt, long seconds)
      throws Exception {
    TripGroup trip = new TripGroup();
    trip.zone = zone;
    trip.airport = airport;
    trip.admittedAt = admittedAt;
    trip.trips = 1;
    trip.durations = airport == null ? null : new long[] {seconds};
    harness.processElement(new StreamRecord<>(trip, eventTime));
  }

  private List<String> groups() {
    return harness.extractOutputStreamRecords().stream()
        .map(
            record -> {
              TripGroup group = record.getValue();
              return String.format(
                  "%d: %d trips of %s s from %d to %s at %d",
                  record.getTimestamp(),
                  group.trips,
                  Arrays.toString(group.durations),
                  group.zone,
                  group.airport,
                  group.admittedAt);
            })
        .collect(Collectors.toList());
  }
}
