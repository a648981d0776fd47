package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.api.Test;

class TripWindowsTest {
  @Test
  void agreesWithTheWindowsThatFlinkAssigns() {
    Random random = new Random(1);
    for (int sample = 0; sample < 1_000; sample++) {
      Duration slide = Duration.ofMinutes(1 + random.nextInt(60));
      Duration length = slide.multipliedBy(1 + random.nextInt(6));
      long eventTime = random.nextInt() * 1000L + 1_500_000_000_000L;
      TripWindows windows = new TripWindows(length, slide, length);

      assertThat(
              SlidingEventTimeWindows.of(length, slide)
                  .assignWindows(null, eventTime, null)
                  .stream()
                  .mapToLong(TimeWindow::getEnd)
                  .summaryStatistics())
          .satisfies(
              ends -> {
                assertThat(windows.demand(eventTime).first).isEqualTo(ends.getMin());
                assertThat(windows.demand(eventTime).last).isEqualTo(ends.getMax());
              });
      assertThat(SlidingEventTimeWindows.of(length, length).assignWindows(null, eventTime, null))
          .extracting(TimeWindow::getEnd)
          .containsExactly(windows.airports(eventTime).last);
    }
  }

  @Test
  void tripsWithinASpanCountInTheSameWindows() {
    TripWindows windows =
        new TripWindows(Duration.ofMinutes(30), Duration.ofMinutes(6), Duration.ofMinutes(20));

    assertThat(windows.span()).isEqualTo(Duration.ofMinutes(2));
  }
}
