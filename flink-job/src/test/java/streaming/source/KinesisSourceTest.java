package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import org.apache.flink.streaming.connectors.kinesis.util.KinesisConfigUtil;
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

  @Test
  void beginsAtATimestamp() {
    Properties properties =
        KinesisSource.consumerProperties(
            new SettingsFixture()
                .set("source", "initialPosition", "AT_TIMESTAMP")
                .set("source", "initialTimestamp", "2019-03-01T18:00:00Z")
                .load());

    assertThat(properties)
        .containsEntry("flink.stream.initpos", "AT_TIMESTAMP")
        .containsEntry("flink.stream.initpos.timestamp", "1551463200");
    assertThat(KinesisConfigUtil.parseStreamTimestampStartingPosition(properties))
        .isEqualTo("2019-03-01T18:00:00Z");
  }

  @Test
  void readsAsARegisteredConsumerThatItNeitherMakesNorRemoves() {
    String arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/trips/consumer/job:1";
    Properties properties =
        KinesisSource.consumerProperties(
            new SettingsFixture().set("source", "consumerArn", arn).load());

    assertThat(properties)
        .containsEntry("flink.stream.recordpublisher", "EFO")
        .containsEntry("flink.stream.efo.registration", "NONE")
        .containsEntry("flink.stream.efo.consumerarn.trips", arn);
    KinesisConfigUtil.validateConsumerConfiguration(properties, List.of("trips"));
  }
}
