package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streaming.document.CollectingSink;
import streaming.document.Document;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;
import streaming.source.PayloadSource;

/** The whole job on a cluster in this process, from payloads to documents. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TaxiWorkloadTest {
  private static final int PARALLELISM = 2;
  private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(60);
  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(new Configuration()))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(PARALLELISM)
              .build());

  private final JobSettings settings =
      new SettingsFixture().set("results", "earlyIntervalMilliseconds", "100").load();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsWhatAnIndependentComputationFinds(long seed) throws Exception {
    List<String> payloads = TripStream.payloads(4000, seed);
    ExpectedDocuments expected = expected(payloads);
    CollectingSink sink = new CollectingSink();

    JobID job =
        run(
            PayloadSource.of(new TripParser(), payloads, OUT_OF_ORDERNESS),
            sink,
            new Configuration());

    assertThat(latest(sink)).isEqualTo(expected.documents());
    assertThat(
            List.of(
                count(job, "records"),
                count(job, "malformed"),
                count(job, "late"),
                count(job, "partlyLate"),
                count(job, "duplicates"),
                count(job, "unknownZone"),
                count(job, "documents")))
        .containsExactly(
            (long) payloads.size(),
            expected.malformed,
            expected.late,
            expected.partlyLate,
            expected.duplicates,
            expected.unknownZone,
            (long) sink.documents().size())
        .doesNotContain(0L);
    assertThat(
            Stream.of(
                    "admitted", "canaries", "duplicates", "future", "late", "malformed", "outside")
                .mapToLong(outcome -> count(job, outcome))
                .sum())
        .isEqualTo(payloads.size());
  }

  @ParameterizedTest(name = "{0}, parallelism {1}, then {2}")
  @CsvSource({"hashmap, 2, 2", "rocksdb, 2, 2", "rocksdb, 2, 1", "rocksdb, 1, 2"})
  void findsTheSameAfterARestartFromASavepoint(
      String backend,
      int before,
      int after,
      @InjectMiniCluster MiniCluster cluster,
      @TempDir Path savepoints)
      throws Exception {
    List<String> payloads = TripStream.payloads(4000, 4);
    CollectingSink sink = new CollectingSink();
    PayloadSource<Trip> source =
        PayloadSource.pausing(new TripParser(), payloads, OUT_OF_ORDERNESS, payloads.size() / 2);

    // The managed memory of a small cluster is so little that RocksDB's writes stall.
    Configuration configuration =
        Configuration.fromMap(
            Map.of("state.backend.type", backend, "state.backend.rocksdb.memory.managed", "false"));
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, before);
    JobClient firstRun = environment(configuration, source, sink).executeAsync();
    source.awaitPause();
    CommonTestUtils.waitForAllTaskRunning(cluster, firstRun.getJobID(), false);
    String savepoint =
        firstRun
            .stopWithSavepoint(false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
            .get();
    assertThat(firstRun.getJobStatus().get()).isEqualTo(JobStatus.FINISHED);
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, after);
    configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    run(PayloadSource.of(new TripParser(), payloads, OUT_OF_ORDERNESS), sink, configuration);

    assertThat(latest(sink)).isEqualTo(expected(payloads).documents());
  }

  @Test
  void writesTheFieldsOfTheIndices() throws Exception {
    CollectingSink sink = new CollectingSink();
    List<String> payloads =
        List.of(
            new String(
                TripFixture.trip(1)
                    .droppedOff("2019-03-01T18:07:00Z")
                    .lasting(1801)
                    .from(230)
                    .to(132)
                    .payload()),
            new String(
                TripFixture.trip(2)
                    .droppedOff("2019-03-01T18:00:00Z")
                    .lasting(1800)
                    .from(264)
                    .to(132)
                    .payload()));

    run(PayloadSource.of(new TripParser(), payloads, OUT_OF_ORDERNESS), sink, new Configuration());

    Map<String, Map<String, Object>> documents = new TreeMap<>();
    for (Document document : sink.documents()) {
      documents.put(document.index + "/" + document.id, JSON.std.mapFrom(document.source));
    }
    assertThat(documents)
        .hasSize(14)
        .containsEntry(
            "taxi-demand-zones/230-1551463200",
            Map.of(
                "zone",
                230,
                "zoneName",
                "Times Sq/Theatre District",
                "borough",
                "Manhattan",
                "location",
                Map.of("lat", 40.75982, "lon", -73.9842),
                "windowStart",
                "2019-03-01T18:00:00Z",
                "windowEnd",
                "2019-03-01T18:15:00Z",
                "trips",
                1,
                "normal",
                0.0,
                "score",
                1.0,
                "complete",
                true))
        .containsEntry(
            "taxi-demand-cells/dr5ruk-1551463500",
            Map.of(
                "cell",
                "dr5ruk",
                "location",
                Map.of("lat", 40.76202392578125, "lon", -73.9874267578125),
                "windowStart",
                "2019-03-01T18:05:00Z",
                "windowEnd",
                "2019-03-01T18:20:00Z",
                "trips",
                1,
                "normal",
                0.0,
                "score",
                1.0,
                "complete",
                true))
        .containsEntry(
            "taxi-airport-durations/JFK-1551463200",
            Map.of(
                "airport",
                "JFK",
                "windowStart",
                "2019-03-01T18:00:00Z",
                "windowEnd",
                "2019-03-01T19:00:00Z",
                "trips",
                2,
                "averageSeconds",
                1800.5,
                "p50Seconds",
                1800,
                "p95Seconds",
                1801,
                "complete",
                true))
        .containsEntry(
            "taxi-airport-origins/JFK-230-1551463200",
            Map.ofEntries(
                Map.entry("airport", "JFK"),
                Map.entry("zone", 230),
                Map.entry("zoneName", "Times Sq/Theatre District"),
                Map.entry("borough", "Manhattan"),
                Map.entry("location", Map.of("lat", 40.75982, "lon", -73.9842)),
                Map.entry("windowStart", "2019-03-01T18:00:00Z"),
                Map.entry("windowEnd", "2019-03-01T19:00:00Z"),
                Map.entry("trips", 1),
                Map.entry("averageSeconds", 1801.0),
                Map.entry("p50Seconds", 1801),
                Map.entry("p95Seconds", 1801),
                Map.entry("complete", true)))
        .containsEntry(
            "taxi-top-areas/zones-1551463200",
            Map.of(
                "kind",
                "zones",
                "areas",
                List.of(
                    Map.of(
                        "rank", 1, "area", "230", "name", "Times Sq/Theatre District", "trips", 1)),
                "windowStart",
                "2019-03-01T18:00:00Z",
                "windowEnd",
                "2019-03-01T18:15:00Z",
                "complete",
                true));
  }

  @Test
  void whatTravelsBetweenOperatorsIsSerialisedWithoutReflectionByKryo() {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(Trip.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(TripGroup.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(Durations.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(AreaCount.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(Document.class);
  }

  private JobID run(PayloadSource<Trip> source, CollectingSink sink, Configuration configuration)
      throws Exception {
    return environment(configuration, source, sink).execute().getJobID();
  }

  private StreamExecutionEnvironment environment(
      Configuration configuration, PayloadSource<Trip> source, CollectingSink sink) {
    configuration.addAll(strict());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(configuration.get(CoreOptions.DEFAULT_PARALLELISM, PARALLELISM));
    sink.addTo(TaxiWorkload.of(settings, source.addTo(env)));
    return env;
  }

  /** Neither Kryo nor an operator without an id. */
  private static Configuration strict() {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    return configuration;
  }

  private static ExpectedDocuments expected(List<String> payloads) {
    return ExpectedDocuments.of(payloads, OUT_OF_ORDERNESS.toMillis());
  }

  private static long count(JobID job, String counter) {
    return METRICS.getMetricsByGroup().entrySet().stream()
        .filter(group -> job.toString().equals(group.getKey().getAllVariables().get("<job_id>")))
        .map(group -> group.getValue().get(counter))
        .filter(Objects::nonNull)
        .mapToLong(metric -> ((Counter) metric).getCount())
        .sum();
  }

  /** The figures of the last document of each id; every window must have given its final result. */
  private static Map<String, String> latest(CollectingSink sink) throws IOException {
    Set<String> complete = new HashSet<>();
    for (Document document : sink.documents()) {
      if (document.complete) {
        complete.add(keyOf(document));
      } else {
        assertThat(complete).as("ids with a final result").doesNotContain(keyOf(document));
      }
    }
    Map<String, String> latest = figures(sink);
    assertThat(complete).containsExactlyInAnyOrderElementsOf(latest.keySet());
    return latest;
  }

  /** The figures of the last document of each id. */
  static Map<String, String> figures(CollectingSink sink) throws IOException {
    Map<String, String> latest = new TreeMap<>();
    for (Document document : sink.documents()) {
      Map<String, Object> fields = JSON.std.mapFrom(document.source);
      Map<String, Object> figures = new LinkedHashMap<>();
      for (String figure : ExpectedDocuments.FIGURES) {
        if (fields.containsKey(figure)) {
          figures.put(figure, fields.get(figure));
        }
      }
      Object reason = fields.get("reason");
      latest.put(keyOf(document), reason == null ? figures.toString() : reason.toString());
    }
    return latest;
  }

  private static String keyOf(Document document) {
    return document.index + "/" + document.id;
  }
}
