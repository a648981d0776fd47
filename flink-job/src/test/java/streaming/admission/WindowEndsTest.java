package streaming.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.api.Test;

class WindowEndsTest {
  @Test
  void agreesWithTheWindowsThatFlinkAssigns() {
    Random random = new Random(1);
    for (int sample = 0; sample < 1_000; sample++) {
      Duration slide = Duration.ofMinutes(1 + random.nextInt(60));
      Duration length = slide.multipliedBy(1 + random.nextInt(6));
      long eventTime = random.nextInt() * 1000L + 1_500_000_000_000L;
      WindowEnds sliding = WindowEnds.of(eventTime, length.toMillis(), slide.toMillis());
      WindowEnds tumbling = WindowEnds.of(eventTime, length.toMillis(), length.toMillis());

      assertThat(
              SlidingEventTimeWindows.of(length, slide)
                  .assignWindows(null, eventTime, null)
                  .stream()
                  .mapToLong(TimeWindow::getEnd)
                  .summaryStatistics())
          .satisfies(
              ends -> {
                assertThat(sliding.first).isEqualTo(ends.getMin());
                assertThat(sliding.last).isEqualTo(ends.getMax());
              });
      assertThat(SlidingEventTimeWindows.of(length, length).assignWindows(null, eventTime, null))
          .extracting(TimeWindow::getEnd)
          .containsExactly(tumbling.last);
    }
  }
}
