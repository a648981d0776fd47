package streaming;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BeatTest {
  @Test
  void comesAtTheSameTimesForAll() {
    assertThat(Beat.POLL.next(1_000)).isEqualTo(1_000);
    assertThat(Beat.POLL.next(1_001)).isEqualTo(1_250);
    assertThat(Beat.REQUEST.next(1_000)).isEqualTo(1_075);
    assertThat(Beat.REQUEST.next(1_076)).isEqualTo(1_325);
  }

  @Test
  void keepsAnIntervalWithoutDrifting() {
    assertThat(Beat.EARLY_RESULT.after(1_052, 1_000)).isEqualTo(2_050);
    assertThat(Beat.EARLY_RESULT.after(2_053, 1_000)).isEqualTo(3_050);
    assertThat(Beat.EARLY_RESULT.after(1_050, 300)).isEqualTo(1_550);
  }

  @Test
  void leavesOneReadASecondOfEachShardToFirehose() {
    assertThat(5 - 1_000 / Beat.MILLISECONDS).isEqualTo(1);
  }

  @Test
  void readsThenCountsThenWrites() {
    assertThat(Beat.POLL.next(0))
        .isLessThan(Beat.EARLY_RESULT.next(0))
        .isLessThan(Beat.REQUEST.next(0));
    assertThat(Beat.EARLY_RESULT.next(0)).isLessThan(Beat.REQUEST.next(0));
  }
}
