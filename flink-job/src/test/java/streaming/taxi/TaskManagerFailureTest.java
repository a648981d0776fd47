package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import streaming.document.CollectingSink;
import streaming.settings.SettingsFixture;
import streaming.source.PayloadSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TaskManagerFailureTest {
  private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(60);

  /** Not enough slots on one task manager: the job needs both. */
  private static final int PARALLELISM = 4;

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(PARALLELISM / 2)
              .build());

  @Test
  void theDocumentsAreThoseOfAnUndisturbedRun(
      @InjectMiniCluster MiniCluster cluster, @TempDir Path checkpoints) throws Exception {
    List<String> payloads = TripStream.payloads(2000, 5);
    CollectingSink sink = new CollectingSink();
    PayloadSource<Trip> source =
        PayloadSource.pausing(new TripParser(), payloads, OUT_OF_ORDERNESS, payloads.size() / 2);
    Configuration configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMinutes(10));
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(PARALLELISM);
    sink.addTo(TaxiWorkload.of(new SettingsFixture().load(), source.addTo(env)));

    JobClient job = env.executeAsync();
    source.awaitPause();
    CommonTestUtils.waitForAllTaskRunning(cluster, job.getJobID(), false);
    cluster.triggerCheckpoint(job.getJobID(), CheckpointType.FULL).get();
    int beforeFailure = sink.documents().size();
    cluster.terminateTaskManager(0).get();
    cluster.startTaskManager();
    job.getJobExecutionResult().get();

    assertThat(sink.documents()).hasSizeGreaterThan(beforeFailure);
    assertThat(TaxiWorkloadTest.figures(sink))
        .isEqualTo(ExpectedDocuments.of(payloads, OUT_OF_ORDERNESS.toMillis()).documents());
  }
}
