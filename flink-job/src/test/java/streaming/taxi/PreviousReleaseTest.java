package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import streaming.document.CollectingSink;
import streaming.settings.SettingsFixture;
import streaming.source.PayloadSource;

/**
 * Continues from a savepoint that release 0.1 took after the first half of {@code
 * TripStream.payloads(1200, 9)}, with windows open and ids remembered. That release knew neither
 * single durations nor what was normal: windows it had begun have the counts and averages alone.
 * Flink 2 does not read it.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Tag("flink-1")
class PreviousReleaseTest {
  private static final Path SAVEPOINT = Path.of("src", "test", "resources", "savepoints", "0.1");
  private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(60);
  private static final long NORMAL_SECONDS = 4 * 15 * 60;

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @Test
  void itsSavepointIsContinuedExactly() throws Exception {
    List<String> payloads = TripStream.payloads(1200, 9);
    long savedAt =
        ExpectedDocuments.of(payloads.subList(0, payloads.size() / 2), OUT_OF_ORDERNESS.toMillis())
                .watermark
            / 1000;
    Map<String, String> expected =
        ExpectedDocuments.of(payloads, OUT_OF_ORDERNESS.toMillis()).documents();

    Map<String, String> found = continued(payloads);

    assertThat(found.keySet())
        .containsExactlyInAnyOrderElementsOf(
            expected.keySet().stream()
                .filter(key -> found.containsKey(key) || isWrittenAfter(savedAt, key))
                .collect(Collectors.toList()));
    assertThat(found).hasSizeGreaterThan(300);
    int begunBefore = 0;
    for (String key : found.keySet()) {
      if (key.startsWith("dead-letters") || isKnownWhole(savedAt, key)) {
        assertThat(found.get(key)).as(key).isEqualTo(expected.get(key));
      } else if (!key.startsWith("taxi-airport-origins")) {
        begunBefore++;
        assertThat(counts(found.get(key))).as(key).isEqualTo(counts(expected.get(key)));
      }
    }
    assertThat(begunBefore).isGreaterThan(50);
  }

  /** Whether no part of what the document says lies before the savepoint. */
  private static boolean isKnownWhole(long savedAt, String key) {
    long start = ExpectedDocuments.start(key);
    if (key.startsWith("taxi-demand")) {
      return start - NORMAL_SECONDS > savedAt;
    }
    return key.startsWith("taxi-top-areas") || start > savedAt + OUT_OF_ORDERNESS.toSeconds();
  }

  /** The windows that were open at the savepoint, and all after them. */
  private static boolean isWrittenAfter(long savedAt, String key) {
    if (key.startsWith("dead-letters")) {
      return false;
    }
    boolean toAirport = key.startsWith("taxi-airport");
    long end = ExpectedDocuments.start(key) + (toAirport ? 3600 : 900);
    return end - 1 > savedAt
        && (!key.startsWith("taxi-airport-origins") || isKnownWhole(savedAt, key));
  }

  /** Trips and average. */
  private static String counts(String figures) {
    return figures.replaceAll(", (normal|score|p50Seconds|p95Seconds)=[-0-9.E]+", "");
  }

  private static Map<String, String> continued(List<String> payloads) throws Exception {
    CollectingSink sink = new CollectingSink();
    Configuration configuration = new Configuration();
    configuration.set(
        StateRecoveryOptions.SAVEPOINT_PATH, SAVEPOINT.toAbsolutePath().toUri().toString());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    sink.addTo(
        TaxiWorkload.of(
            new SettingsFixture().load(),
            PayloadSource.of(new TripParser(), payloads, OUT_OF_ORDERNESS).addTo(env)));
    env.execute();
    return TaxiWorkloadTest.figures(sink);
  }
}
