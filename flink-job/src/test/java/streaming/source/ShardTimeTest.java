package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShardTimeTest {
  private static final long ARRIVAL = 1_000_000;

  /** A watermark 100 ms behind the newest event; a shard is idle after a second. */
  private final ShardTime time = time(SourceRecord.NO_EVENT_TIME);

  @Test
  void theNewestEventDecidesNotTheLastOne() {
    time.emitted(10_000, ARRIVAL, 1);
    time.emitted(9_000, ARRIVAL, 2);

    assertThat(time.watermark(false, 2)).isEqualTo(9_900);
    assertThat(time.newestEventTime()).isEqualTo(10_000);
  }

  @Test
  void aShardHoldsTheWatermarkUntilItsFirstEvent() {
    assertThat(time.watermark(false, 999)).isEqualTo(ShardTime.HELD);

    time.emitted(5_000, ARRIVAL, 999);
    assertThat(time.watermark(false, 999)).isEqualTo(4_900);
  }

  @Test
  void aShardThatStaysSilentNoLongerCounts() {
    assertThat(time.watermark(false, 1_000)).isEqualTo(ShardTime.IDLE);

    time.emitted(5_000, ARRIVAL, 1_000);
    assertThat(time.watermark(false, 1_999)).isEqualTo(4_900);
    assertThat(time.watermark(false, 2_000)).isEqualTo(ShardTime.IDLE);
  }

  @Test
  void aShardWhoseRecordsHaveNotAllBeenReadIsNotIdle() {
    time.emitted(5_000, ARRIVAL, 0);

    assertThat(time.watermark(true, 5_000)).isEqualTo(4_900);
  }

  @Test
  void withoutIdlenessAShardCountsForEver() {
    ShardTime patient =
        new ShardTime(Duration.ofMillis(99), Duration.ZERO, SourceRecord.NO_EVENT_TIME, 0);

    assertThat(patient.watermark(false, Long.MAX_VALUE - 1)).isEqualTo(ShardTime.HELD);
  }

  @Test
  void aRestoredShardContinuesWhereItWas() {
    assertThat(time(10_000).watermark(false, 0)).isEqualTo(9_900);
  }

  @Test
  void whereEventsHappenWhenTheyArriveAQuietShardFollowsTheClock() {
    time.emitted(50_000, 50_020, 50_030);
    assertThat(time.watermark(false, 51_029)).isEqualTo(49_900);

    assertThat(time.watermark(false, 60_000)).isEqualTo(60_000 - 1_000 - 20 - 99 - 1);
    assertThat(time.watermark(true, 70_000)).isEqualTo(58_880);
  }

  @Test
  void aReplayThatPausesDoesNot() {
    time.emitted(50_000, 50_100, 50_100);

    assertThat(time.watermark(false, 60_000)).isEqualTo(ShardTime.IDLE);
  }

  private static ShardTime time(long newestEventTime) {
    return new ShardTime(Duration.ofMillis(99), Duration.ofSeconds(1), newestEventTime, 0);
  }
}
