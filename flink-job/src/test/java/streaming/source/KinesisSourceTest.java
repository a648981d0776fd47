package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import streaming.settings.SettingsFixture;

class KinesisSourceTest {
  @Test
  void readsTheRegionsOwnEndpointFromTheOldestRecordOn() {
    Properties properties = KinesisSource.consumerProperties(new SettingsFixture().load());

    assertThat(properties)
        .containsEntry("aws.region", "eu-central-1")
        .containsEntry("flink.stream.initpos", "TRIM_HORIZON")
        .doesNotContainKey("aws.endpoint");
  }

  @Test
  void readsTheEndpointOfTheEnvironment() {
    Properties properties =
        KinesisSource.consumerProperties(
            new SettingsFixture()
                .environment("AWS_ENDPOINT_URL_KINESIS", "http://localhost:4567")
                .load());

    assertThat(properties)
        .containsEntry("aws.endpoint", "http://localhost:4567")
        .containsEntry("aws.region", "eu-central-1");
  }

  @Test
  void leavesOneReadASecondOfEachShardToFirehose() {
    Properties properties = KinesisSource.consumerProperties(new SettingsFixture().load());

    int interval =
        Integer.parseInt(properties.getProperty("flink.shard.getrecords.intervalmillis"));
    assertThat(1000 / interval).isEqualTo(4);
  }
}
