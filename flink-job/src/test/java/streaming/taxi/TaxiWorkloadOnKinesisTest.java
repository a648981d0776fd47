package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static streaming.taxi.TripFixture.trip;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streaming.document.CollectingSink;
import streaming.document.DeadLetter;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;
import streaming.source.AggregatedRecord;
import streaming.source.FakeKinesis;
import streaming.source.KinesisSource;

/**
 * The job behind its real source. In each case one shard is hours ahead of another in event time
 * and is read first; the trips of the other must count nevertheless.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TaxiWorkloadOnKinesisTest {
  private static final Path PREVIOUS_SOURCE =
      Path.of("src", "test", "resources", "savepoints", "0.1-kinesis");

  private static final int ZONE_AHEAD = 4;
  private static final int ZONE_BEHIND = 230;

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private SettingsFixture settings = new SettingsFixture();
  private final CollectingSink sink = new CollectingSink();
  private final List<JobClient> started = new ArrayList<>();
  private MiniCluster cluster;
  private FakeKinesis kinesis;

  @BeforeEach
  void startKinesis(@InjectMiniCluster MiniCluster injected) throws Exception {
    cluster = injected;
    kinesis = FakeKinesis.start();
  }

  @AfterEach
  void stopAll() throws Exception {
    // The job of a test that failed would take the slots of the next.
    for (JobClient job : started) {
      if (!job.getJobStatus().get().isGloballyTerminalState()) {
        job.cancel().get();
      }
    }
    kinesis.close();
  }

  @ParameterizedTest(name = "parallelism {0}")
  @ValueSource(ints = {1, 2})
  void nothingIsLateBecauseItsShardWasReadLater(int parallelism) throws Exception {
    kinesis.put(0, ahead(1, "2019-03-01T14:00:00Z"));
    kinesis.silence(1, true);
    kinesis.put(1, behind(2, "2019-03-01T10:00:00Z"));

    JobClient job = start(parallelism, new Configuration());
    awaitDemand(job, ZONE_AHEAD, "2019-03-01T14:00:00Z");
    kinesis.silence(1, false);

    assertCounted(job, "2019-03-01T10:00:00Z");
    job.cancel().get();
  }

  @ParameterizedTest(name = "parallelism {0}")
  @ValueSource(ints = {1, 2})
  void nothingIsLateBecauseItsShardWasReadLaterAfterARestart(
      int parallelism, @TempDir Path savepoints) throws Exception {
    kinesis.put(0, ahead(1, "2019-03-01T14:00:00Z"));
    kinesis.put(1, behind(2, "2019-03-01T10:00:00Z"));
    JobClient firstRun = start(parallelism, new Configuration());
    awaitDemand(firstRun, ZONE_AHEAD, "2019-03-01T14:00:00Z");
    assertCounted(firstRun, "2019-03-01T10:00:00Z");
    Configuration fromSavepoint = stop(firstRun, savepoints);

    kinesis.put(0, ahead(3, "2019-03-01T15:00:00Z"));
    kinesis.silence(1, true);
    kinesis.put(1, behind(4, "2019-03-01T11:00:00Z"));
    JobClient secondRun = start(parallelism, fromSavepoint);
    awaitDemand(secondRun, ZONE_AHEAD, "2019-03-01T15:00:00Z");
    kinesis.silence(1, false);

    assertCounted(secondRun, "2019-03-01T11:00:00Z");
    secondRun.cancel().get();
  }

  @ParameterizedTest(name = "parallelism {0}")
  @ValueSource(ints = {1, 2})
  void nothingIsLateBecauseTheStreamWasResharded(int parallelism) throws Exception {
    kinesis.put(0, behind(1, "2019-03-01T10:00:00Z"));
    kinesis.silence(1, true);
    kinesis.put(1, ahead(2, "2019-03-01T14:00:00Z"));

    JobClient job = start(parallelism, new Configuration());
    awaitDemand(job, ZONE_BEHIND, "2019-03-01T10:00:00Z");
    kinesis.close(0);
    kinesis.silence(1, false);
    awaitDemand(job, ZONE_AHEAD, "2019-03-01T14:00:00Z");
    // The consumer finds the child of the closed shard when it looks for new shards.
    kinesis.put(2, behind(3, "2019-03-01T11:00:00Z"));

    assertCounted(job, "2019-03-01T11:00:00Z");
    job.cancel().get();
  }

  @ParameterizedTest(name = "parallelism {0}, parent read to its end before: {1}")
  @CsvSource({"1, false", "2, false", "1, true", "2, true"})
  void nothingIsLateOrLostWhenTheStreamIsReshardedDuringARestart(
      int parallelism, boolean endedBefore, @TempDir Path savepoints) throws Exception {
    kinesis.put(0, behind(1, "2019-03-01T10:00:00Z"));
    kinesis.put(1, ahead(2, "2019-03-01T14:00:00Z"));
    JobClient firstRun = start(parallelism, new Configuration());
    awaitTrips(firstRun, 1);
    awaitDemand(firstRun, ZONE_AHEAD, "2019-03-01T14:00:00Z");
    if (endedBefore) {
      kinesis.close(0);
      kinesis.awaitEnd(0);
    }
    Configuration fromSavepoint = stop(firstRun, savepoints);

    if (!endedBefore) {
      kinesis.put(0, behind(3, "2019-03-01T10:00:00Z"));
      kinesis.close(0);
    }
    for (int child : new int[] {2, 3}) {
      kinesis.open(child, 0);
      kinesis.put(child, behind(child + 2, "2019-03-01T10:00:00Z"));
    }
    kinesis.put(1, ahead(6, "2019-03-01T15:00:00Z"));
    JobClient secondRun = start(3 - parallelism, fromSavepoint);

    awaitTrips(secondRun, endedBefore ? 3 : 4);
    secondRun.cancel().get();
    assertThat(sink.documents()).noneMatch(document -> document.index.equals(DeadLetter.INDEX));
  }

  @Test
  void aShardIsReadNoFurtherAheadOfTheSlowestThanTheSetting() throws Exception {
    settings.set("source", "maxDriftSeconds", "3600");
    kinesis.put(0, behind(1, "2019-03-01T10:00:00Z"));
    kinesis.silence(1, true);
    JobClient job = start(1, new Configuration());
    awaitTrips(job, 1);
    kinesis.lag(0, true);
    // The second read follows when the job knows of the first that there are records left.
    kinesis.awaitReads(0, 2);
    for (int hour = 10; hour < 20; hour++) {
      kinesis.put(1, ahead(hour, "2019-03-01T" + hour + ":30:00Z"));
    }
    kinesis.silence(1, false);

    awaitDemand(job, ZONE_AHEAD, "2019-03-01T11:30:00Z");
    kinesis.awaitReads(1, 4);
    assertThat(sink.documents())
        .noneMatch(document -> document.source.contains("\"windowStart\":\"2019-03-01T12:30"));
    kinesis.put(0, behind(2, "2019-03-01T18:00:00Z"));
    kinesis.lag(0, false);

    awaitDemand(job, ZONE_AHEAD, "2019-03-01T19:30:00Z");
    job.cancel().get();
    assertThat(sink.documents()).noneMatch(document -> document.index.equals(DeadLetter.INDEX));
  }

  @Test
  void nothingIsLateBecauseItsShardGaveNoRecordsBeforeItsEnd() throws Exception {
    settings.set("source", "idlenessSeconds", "1");
    kinesis.put(0, ahead(1, "2019-03-01T14:00:00Z"));
    kinesis.lag(1, true);
    kinesis.put(1, behind(2, "2019-03-01T10:00:00Z"));

    JobClient job = start(1, new Configuration());
    awaitDemand(job, ZONE_AHEAD, "2019-03-01T14:00:00Z");
    kinesis.put(0, ahead(3, "2019-03-01T15:00:00Z"));
    awaitDemand(job, ZONE_AHEAD, "2019-03-01T15:00:00Z");
    kinesis.lag(1, false);

    assertCounted(job, "2019-03-01T10:00:00Z");
    job.cancel().get();
  }

  @Test
  void nothingIsLostOfAShardThatHadNoRecordBeforeARestart(@TempDir Path savepoints)
      throws Exception {
    settings.set("source", "initialPosition", "LATEST");

    assertCountedAfterARestart(savepoints, settings);
  }

  @Test
  void aJobThatBeganAtAnInstantContinuesWithoutItsBeingConfigured(@TempDir Path savepoints)
      throws Exception {
    SettingsFixture later = settings;
    settings =
        new SettingsFixture()
            .set("source", "initialPosition", "AT_TIMESTAMP")
            .set("source", "initialTimestamp", "2019-03-01T00:00:00Z");

    assertCountedAfterARestart(savepoints, later);
  }

  private void assertCountedAfterARestart(Path savepoints, SettingsFixture later) throws Exception {
    kinesis.silence(0, false);
    kinesis.silence(1, false);
    JobClient firstRun = start(1, new Configuration());
    kinesis.awaitRead(1);
    kinesis.put(0, ahead(1, "2019-03-01T14:00:00Z"));
    awaitDemand(firstRun, ZONE_AHEAD, "2019-03-01T14:00:00Z");
    Configuration fromSavepoint = stop(firstRun, savepoints);

    kinesis.put(1, behind(2, "2019-03-01T10:00:00Z"));
    settings = later;
    JobClient secondRun = start(1, fromSavepoint);

    assertCounted(secondRun, "2019-03-01T10:00:00Z");
    secondRun.cancel().get();
  }

  /**
   * The savepoint is one of release 0.1 with its Kinesis consumer, of parallelism 2, which began at
   * the newest record. It had read two trips from an aggregated record of shard 0 and two records
   * of shard 1, shard 2 with one record to its end, and none of shard 3.
   */
  @ParameterizedTest(name = "parallelism {0}")
  @ValueSource(ints = {1, 2})
  @Tag("flink-1")
  void continuesExactlyWhereThePreviousSourceStopped(int parallelism, @TempDir Path savepoints)
      throws Exception {
    kinesis.put(
        0,
        AggregatedRecord.of(
            "a", behind(1, "2019-03-01T10:00:00Z"), behind(2, "2019-03-01T10:00:00Z")));
    kinesis.put(0, behind(6, "2019-03-01T10:00:00Z"));
    kinesis.put(1, behind(3, "2019-03-01T10:00:00Z"));
    kinesis.put(1, behind(4, "2019-03-01T10:00:00Z"));
    kinesis.put(1, behind(7, "2019-03-01T10:00:00Z"));
    kinesis.put(2, behind(5, "2019-03-01T10:00:00Z"));
    kinesis.close(2);
    kinesis.put(3, behind(8, "2019-03-01T10:00:00Z"));

    JobClient job = start(parallelism, from(PREVIOUS_SOURCE.toAbsolutePath().toUri().toString()));
    awaitTrips(job, 8);
    assertThat(kinesis.iterators())
        .containsExactlyInAnyOrder(
            "shardId-000000000000 AT_SEQUENCE_NUMBER 1",
            "shardId-000000000001 AFTER_SEQUENCE_NUMBER 2",
            "shardId-000000000003 AT_TIMESTAMP");

    Configuration fromSavepoint = stop(job, savepoints);
    kinesis.put(3, behind(9, "2019-03-01T10:00:00Z"));
    JobClient secondRun = start(3 - parallelism, fromSavepoint);
    awaitTrips(secondRun, 9);
    secondRun.cancel().get();

    assertThat(kinesis.iterators())
        .hasSize(6)
        .contains("shardId-000000000003 AFTER_SEQUENCE_NUMBER 1")
        .noneMatch(iterator -> iterator.startsWith("shardId-000000000002"));
    assertThat(sink.documents()).noneMatch(document -> document.index.equals(DeadLetter.INDEX));
  }

  @Test
  void aChildIsReadAfterItsParent() throws Exception {
    kinesis.put(0, behind(1, "2019-03-01T10:00:00Z"));
    kinesis.lag(0, true);
    kinesis.open(2, 0);
    kinesis.put(2, behind(2, "2019-03-01T10:00:00Z"));
    kinesis.put(1, ahead(3, "2019-03-01T10:00:00Z"));
    kinesis.close(0);

    JobClient job = start(1, new Configuration());
    awaitDemand(job, ZONE_AHEAD, "2019-03-01T10:00:00Z");
    assertThat(kinesis.iterators()).noneMatch(iterator -> iterator.contains("000000000002"));
    kinesis.lag(0, false);

    awaitTrips(job, 2);
    job.cancel().get();
  }

  @ParameterizedTest
  @CsvSource({
    "ProvisionedThroughputExceededException, 400",
    "KMSThrottlingException, 400",
    "KMSAccessDeniedException, 400",
    "InternalFailure, 500",
    "ExpiredIteratorException, 400"
  })
  void waitsOutWhatIsTemporary(String error, int status) throws Exception {
    kinesis.put(0, behind(1, "2019-03-01T10:00:00Z"));
    kinesis.put(1, ahead(2, "2019-03-01T10:00:00Z"));
    kinesis.fail(error, status, error.startsWith("Expired") ? 1 : 4);

    JobClient job = start(1, new Configuration());
    awaitTrips(job, 1);
    job.cancel().get();
  }

  @Test
  void failsForWhatIsPermanent() throws Exception {
    kinesis.put(0, behind(1, "2019-03-01T10:00:00Z"));
    kinesis.fail("AccessDeniedException", 400, 1000);

    JobClient job = start(1, new Configuration());

    assertThat(job.getJobExecutionResult())
        .failsWithin(Duration.ofMinutes(1))
        .withThrowableOfType(ExecutionException.class)
        .havingRootCause()
        .withMessageContaining("AccessDenied");
  }

  @Test
  void anEventFromTheFarFutureIsADeadLetterAndEndsNoWindow() throws Exception {
    kinesis.put(0, ahead(1, "9999-01-01T00:00:00Z"));
    kinesis.put(0, ahead(2, "2019-03-01T12:00:00Z"));
    kinesis.put(0, behind(3, "2019-03-01T11:59:50Z"));

    JobClient job = start(1, new Configuration());
    awaitTrips(job, 1, "2019-03-01T11:45:00Z");
    job.cancel().get();

    assertThat(sink.documents())
        .filteredOn(document -> document.index.equals(DeadLetter.INDEX))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.source).startsWith("{\"reason\":\"future\"");
              assertThat(letter.id).isEqualTo("shardId-000000000000-1");
            });
  }

  @Test
  void takesAggregatedRecordsApart() throws Exception {
    byte[] noTrip = "no trip".getBytes(StandardCharsets.UTF_8);
    // The MD5 digest of this key lies in the lower half, which shard 0 has.
    kinesis.put(
        0,
        AggregatedRecord.of(
            "a",
            behind(1, "2019-03-01T10:00:00Z"),
            noTrip,
            behind(2, "2019-03-01T10:00:00Z"),
            noTrip));

    JobClient job = start(1, new Configuration());
    sink.await(
        job,
        document ->
            document.id.startsWith(ZONE_BEHIND + "-") && document.source.contains("\"trips\":2,"));
    // Dead letters take another way to the sink than results, and keep their order.
    sink.await(job, document -> document.id.equals("shardId-000000000000-1-3"));
    job.cancel().get();

    assertThat(sink.documents())
        .filteredOn(document -> document.index.equals(DeadLetter.INDEX))
        .extracting(document -> document.id)
        .containsExactly("shardId-000000000000-1-1", "shardId-000000000000-1-3");
  }

  private static byte[] ahead(int number, String dropoffTime) {
    return trip(number).from(ZONE_AHEAD).droppedOff(dropoffTime).payload();
  }

  private static byte[] behind(int number, String dropoffTime) {
    return trip(number).from(ZONE_BEHIND).droppedOff(dropoffTime).payload();
  }

  /**
   * Waits for an early result, which is given a second after the trip: time enough for a watermark
   * that follows the trip, were there one.
   */
  private void awaitDemand(JobClient job, int zone, String windowStart)
      throws InterruptedException {
    sink.await(
        job,
        document ->
            document.id.startsWith(zone + "-")
                && document.source.contains("\"windowStart\":\"" + windowStart + "\""));
  }

  private void assertCounted(JobClient job, String windowStart) throws InterruptedException {
    sink.await(
        job,
        document ->
            document.index.equals(DeadLetter.INDEX)
                || document.id.startsWith(ZONE_BEHIND + "-")
                    && document.source.contains("\"windowStart\":\"" + windowStart + "\""));
    assertThat(sink.documents()).noneMatch(document -> document.index.equals(DeadLetter.INDEX));
  }

  private void awaitTrips(JobClient job, int trips) throws InterruptedException {
    awaitTrips(job, trips, "2019-03-01T10:00:00Z");
  }

  private void awaitTrips(JobClient job, int trips, String windowStart)
      throws InterruptedException {
    sink.await(
        job,
        document ->
            document.index.equals("taxi-demand-zones")
                && document.id.equals(
                    ZONE_BEHIND + "-" + Instant.parse(windowStart).getEpochSecond())
                && document.source.contains("\"trips\":" + trips + ","));
  }

  /** Stops a job with a savepoint, and says how to continue from it. */
  private Configuration stop(JobClient job, Path savepoints) throws Exception {
    // There can be results before the last task runs.
    CommonTestUtils.waitForAllTaskRunning(cluster, job.getJobID(), false);
    return from(
        job.stopWithSavepoint(false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
            .get());
  }

  private static Configuration from(String savepoint) {
    Configuration fromSavepoint = new Configuration();
    fromSavepoint.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    return fromSavepoint;
  }

  private JobClient start(int parallelism, Configuration configuration) throws Exception {
    JobSettings loaded =
        settings.environment("AWS_ENDPOINT_URL_KINESIS", kinesis.endpoint()).load();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(parallelism);
    KinesisSource<Trip> source = new KinesisSource<>(loaded, new TripParser());
    sink.addTo(TaxiWorkload.of(loaded, source.addTo(env)));
    JobClient job = env.executeAsync();
    started.add(job);
    return job;
  }
}
