package streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.RemoteStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import streaming.settings.InvalidPropertiesException;

class FlinkJobTest {
  @Test
  void doesNotStartWithoutItsProperties() {
    assertThatThrownBy(() -> FlinkJob.main(new String[0]))
        .isInstanceOf(InvalidPropertiesException.class)
        .hasMessageContaining("- job.workload is missing")
        .hasMessageContaining("- source.streamName is missing")
        .hasMessageContaining("- search.endpoint is missing");
  }

  @Test
  void switchesCheckpointsOnInADevelopmentEnvironment() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
    FlinkJob.configure(env);

    assertThat(env.getCheckpointInterval()).isEqualTo(10_000);
  }

  @Test
  void leavesADevelopmentEnvironmentWithCheckpointsAsItIs() {
    Configuration configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(3));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    FlinkJob.configure(env);

    assertThat(env.getCheckpointInterval()).isEqualTo(3_000);
  }

  @Test
  void leavesAClusterAsItIs() {
    StreamExecutionEnvironment env = new RemoteStreamEnvironment("localhost", 8081);
    FlinkJob.configure(env);

    assertThat(env.getCheckpointConfig().isCheckpointingEnabled()).isFalse();
  }
}
