package streaming.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import streaming.document.Document;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ArchiveSinkTest {
  private static final AtomicBoolean FAILED = new AtomicBoolean();

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir private Path folder;

  @Test
  void keepsFinalDocumentsAsLinesInTheFolderOfTheirHour() throws Exception {
    StreamExecutionEnvironment env = environment();
    Document first = document("gate", "2019-03-01T18:59:00Z", true);
    Document second = document("gate", "2019-03-02T00:00:00Z", true);
    ArchiveSink.addTo(
        env.fromData(List.of(first, second, document("gate", "2019-03-01T18:58:00Z", false))),
        folder.toUri().toString());
    env.execute();

    assertThat(lines())
        .isEqualTo(
            Map.of(
                "day=2019-03-01/hour=18", List.of(first.toLine()),
                "day=2019-03-02/hour=00", List.of(second.toLine())));
  }

  @Test
  void keepsEachDocumentOnceWhateverFailsInBetween() throws Exception {
    StreamExecutionEnvironment env = environment();
    FAILED.set(false);
    ArchiveSink.addTo(
        env.fromSequence(1, 200)
            .map(
                number -> {
                  TimeUnit.MILLISECONDS.sleep(5);
                  if (number == 150 && FAILED.compareAndSet(false, true)) {
                    throw new IOException("chosen by the test");
                  }
                  return document("gate" + number, "2019-03-01T18:00:00Z", true);
                })
            .returns(Types.POJO(Document.class)),
        folder.toUri().toString());
    env.execute();

    assertThat(FAILED).isTrue();
    assertThat(lines().get("day=2019-03-01/hour=18")).hasSize(200).doesNotHaveDuplicates();
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    return env;
  }

  private static Document document(String place, String start, boolean complete) {
    long time = Instant.parse(start).toEpochMilli();
    return Document.result(
        "visits",
        place,
        time,
        time + 60_000,
        complete,
        json -> json.writeStringField("place", place));
  }

  /** The lines of the files that are complete, by folder. */
  private Map<String, List<String>> lines() throws IOException {
    Map<String, List<String>> lines = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".jsonl")).collect(Collectors.toList());
    }
    for (Path file : files) {
      lines
          .computeIfAbsent(
              folder.relativize(file.getParent()).toString(), name -> new ArrayList<>())
          .addAll(Files.readAllLines(file));
    }
    return lines;
  }
}
