package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import streaming.settings.SettingsFixture;

class KinesisSourceTest {
  private final SettingsFixture settings = new SettingsFixture();

  @Test
  void beginsAtTheOldestRecord() {
    assertThat(KinesisSource.beginning(settings.load())).isZero();
  }

  @Test
  void beginsAtATimestamp() {
    settings
        .set("source", "initialPosition", "AT_TIMESTAMP")
        .set("source", "initialTimestamp", "2019-03-01T18:00:00Z");

    assertThat(KinesisSource.beginning(settings.load()))
        .isEqualTo(Instant.parse("2019-03-01T18:00:00Z").toEpochMilli());
  }
}
