package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ShardPositionTest {
  private static final long INSTANT = Instant.parse("2019-03-01T18:00:00Z").toEpochMilli();

  @Test
  void saysInTheLogFromWhereAShardIsRead() {
    assertThat(ShardPosition.from(0)).hasToString("TRIM_HORIZON");
    assertThat(ShardPosition.from(INSTANT)).hasToString("AT_TIMESTAMP 2019-03-01T18:00:00Z");
    assertThat(ShardPosition.after("49", ShardPosition.WHOLE))
        .hasToString("AFTER_SEQUENCE_NUMBER 49");
    assertThat(ShardPosition.after("49", 2)).hasToString("AT_SEQUENCE_NUMBER 49 part 2");
    assertThat(ShardPosition.ENDED).hasToString("the end");
  }

  @Test
  void knowsThePartsOfItsRecordThatWereRead() {
    ShardPosition position = ShardPosition.after("49", 2);

    assertThat(position.includes("49", 2)).isTrue();
    assertThat(position.includes("49", 3)).isFalse();
    assertThat(position.includes("50", 0)).isFalse();
    assertThat(ShardPosition.after("49", ShardPosition.WHOLE).includes("49", 0)).isFalse();
  }
}
