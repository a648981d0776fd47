package streaming.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import streaming.document.Document;
import streaming.document.DocumentFixture;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;

@Timeout(30)
class ResultsStreamSinkTest {
  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @Test
  void putsFinalResultsPartitionedByWhatTheyAreAbout() throws Exception {
    try (FakeStream stream = FakeStream.start()) {
      write(
          stream,
          result("AMZN", 60, false),
          result("AMZN", 60, true),
          result("F", 60, true),
          DocumentFixture.document("dead-letters", "a", json -> json.writeNullField("reason")));

      assertThat(stream.records())
          .containsExactly("AMZN: " + line("AMZN", 60), "F: " + line("F", 60));
    }
  }

  @Test
  void sendsOnlyWhatFailedAgain() throws Exception {
    try (FakeStream stream = FakeStream.start().refusing("F", 2)) {
      write(stream, result("AMZN", 60, true), result("F", 60, true), result("GE", 60, true));

      assertThat(stream.records())
          .containsExactly(
              "AMZN: " + line("AMZN", 60), "GE: " + line("GE", 60), "F: " + line("F", 60));
      assertThat(stream.requestSizes()).containsExactly(3, 1, 1);
    }
  }

  @Test
  void asksAgainWhenTheStreamIsThrottledOrFails() throws Exception {
    try (FakeStream stream =
        FakeStream.start()
            .failing("ProvisionedThroughputExceededException", 400, 1)
            .failing("KMSThrottlingException", 400, 1)
            .failing("InternalFailure", 500, 1)) {
      write(stream, result("AMZN", 60, true));

      assertThat(stream.records()).containsExactly("AMZN: " + line("AMZN", 60));
    }
  }

  @Test
  void failsTheJobWhenTheStreamDoesNotExist() throws Exception {
    try (FakeStream stream = FakeStream.start().failing("ResourceNotFoundException", 400, 1)) {
      assertThatThrownBy(() -> write(stream, result("AMZN", 60, true)))
          .hasStackTraceContaining("stream results refuses results")
          .hasStackTraceContaining("ResourceNotFoundException");
    }
  }

  private static Document result(String symbol, long start, boolean complete) {
    return Document.result(
        "trade-statistics",
        symbol,
        start * 1000,
        start * 1000 + 60_000,
        complete,
        json -> json.writeStringField("symbol", symbol));
  }

  private static String line(String symbol, long start) {
    return String.format(
        "{\"index\":\"trade-statistics\",\"id\":\"%s-%d\",\"symbol\":\"%s\","
            + "\"windowStart\":\"1970-01-01T00:01:00Z\",\"windowEnd\":\"1970-01-01T00:02:00Z\","
            + "\"complete\":true}",
        symbol, start, symbol);
  }

  private static void write(FakeStream stream, Document... documents) throws Exception {
    JobSettings settings =
        new SettingsFixture()
            .withAllGroups()
            .environment("AWS_ENDPOINT_URL_KINESIS", stream.endpoint())
            .load();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    ResultsStreamSink.addTo(
        env.fromData(List.of(documents)), settings.text("resultsStream.streamName"), settings);
    env.execute();
  }
}
