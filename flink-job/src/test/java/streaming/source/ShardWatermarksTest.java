package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShardWatermarksTest {
  private static final long HANDOVER = ShardWatermarks.HANDOVER.toMillis();

  /** A watermark 100 ms behind the newest event; a shard is idle after a second. */
  private final ShardWatermarks watermarks =
      new ShardWatermarks(Duration.ofMillis(99), Duration.ofSeconds(1));

  @Test
  void aSubtaskWithoutShardsIsIdle() {
    assertThat(watermarks.current(0)).isEqualTo(ShardWatermarks.IDLE);
  }

  @Test
  void theSlowestShardDecides() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(0, 10_000, 1);
    emit(1, 5_000, 1);

    assertThat(watermarks.current(1)).isEqualTo(4_900);
  }

  @Test
  void theNewestEventOfAShardDecidesNotTheLastOne() {
    watermarks.opened(0, 0);
    emit(0, 10_000, 1);
    emit(0, 9_000, 2);

    assertThat(watermarks.current(2)).isEqualTo(9_900);
  }

  @Test
  void aShardHoldsTheWatermarkUntilItsFirstEvent() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(0, 10_000, 1);
    assertThat(watermarks.current(999)).isEqualTo(ShardWatermarks.HELD);

    emit(1, 5_000, 999);
    assertThat(watermarks.current(999)).isEqualTo(4_900);
  }

  @Test
  void aShardThatStaysSilentNoLongerHoldsTheWatermark() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(0, 10_000, 500);

    assertThat(watermarks.current(1_000)).isEqualTo(9_900);
  }

  @Test
  void aSubtaskIsIdleWhenAllItsShardsAre() {
    watermarks.opened(0, 0);
    emit(0, 10_000, 0);

    assertThat(watermarks.current(999)).isEqualTo(9_900);
    assertThat(watermarks.current(1_000)).isEqualTo(ShardWatermarks.IDLE);
  }

  @Test
  void aShardThatComesBackDoesNotPullTheWatermarkDown() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(1, 5_000, 0);
    emit(0, 10_000, 2_000);
    assertThat(watermarks.current(2_000)).isEqualTo(9_900);

    emit(1, 5_001, 2_001);
    assertThat(watermarks.current(2_001)).isEqualTo(9_900);
  }

  @Test
  void aShardWhoseRecordWaitsForTheJobIsNotIdle() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(1, 5_000, 0);
    watermarks.emitting(1);
    emit(0, 10_000, 5_000);

    assertThat(watermarks.current(5_000)).isEqualTo(4_900);
  }

  @Test
  void aShardWhoseRecordsHaveNotAllBeenReadIsNotIdle() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(1, 5_000, 0);
    watermarks.read(1, true);
    emit(0, 10_000, 5_000);
    assertThat(watermarks.current(5_000)).isEqualTo(4_900);

    watermarks.read(1, false);
    assertThat(watermarks.current(5_000)).isEqualTo(9_900);
  }

  @Test
  void malformedRecordsSayNothingAboutEventTime() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(0, 10_000, 900);
    emit(1, SourceRecord.NO_EVENT_TIME, 900);
    assertThat(watermarks.current(900)).isEqualTo(ShardWatermarks.HELD);

    assertThat(watermarks.current(1_000)).isEqualTo(9_900);
  }

  @Test
  void aShardThatHasEndedCountsUntilItsChildrenAreFound() {
    watermarks.opened(0, 0);
    watermarks.opened(1, 0);
    emit(0, 5_000, 0);
    watermarks.ended(0, 10);
    watermarks.ended(0, 20_000);
    emit(1, 10_000, HANDOVER);
    assertThat(watermarks.current(HANDOVER + 9)).isEqualTo(4_900);

    emit(1, 10_001, HANDOVER + 10);
    assertThat(watermarks.current(HANDOVER + 10)).isEqualTo(9_901);
  }

  @Test
  void withoutIdlenessAShardCountsForEver() {
    ShardWatermarks patient = new ShardWatermarks(Duration.ofMillis(99), Duration.ZERO);
    patient.opened(0, 0);
    patient.opened(1, 0);
    patient.emitted(0, 10_000, 0);
    assertThat(patient.current(Long.MAX_VALUE - 1)).isEqualTo(ShardWatermarks.HELD);

    patient.emitted(1, 5_000, 0);
    assertThat(patient.current(Long.MAX_VALUE - 1)).isEqualTo(4_900);
  }

  private void emit(int shard, long eventTime, long now) {
    watermarks.emitting(shard);
    watermarks.emitted(shard, eventTime, now);
  }
}
