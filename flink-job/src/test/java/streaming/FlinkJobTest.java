package streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.RemoteStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.runtime.partitioner.CustomPartitionerWrapper;
import org.apache.flink.streaming.runtime.partitioner.ForwardPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streaming.settings.SettingsFixture;

class FlinkJobTest {
  @Test
  void doesNotStartWithoutItsProperties() {
    assertThatThrownBy(() -> FlinkJob.main(new String[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("- job.workload must be one of taxi, trades; got none")
        .hasMessageContaining("- source.streamName must be text that matches")
        .hasMessageContaining("- groups search or archive must be set");
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

  @ParameterizedTest
  @ValueSource(strings = {"taxi", "trades"})
  void everyOperatorHasItsOwnIdAndItsName(String workload) {
    Set<String> ids = new HashSet<>();
    for (StreamNode operator : graph(workload).getStreamNodes()) {
      assertThat(operator.getTransformationUID()).as(operator.getOperatorName()).isNotBlank();
      assertThat(ids.add(operator.getTransformationUID())).as(operator.getOperatorName()).isTrue();
      assertThat(operator.getOperatorName())
          .matches("(Source: )?[A-Z][A-Za-z ]+(: (Writer|Committer))?");
    }
    assertThat(ids).hasSizeGreaterThan(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"taxi", "trades"})
  void documentsReachTheSinksInTheOrderOfTheirSubtask(String workload) {
    StreamGraph graph = graph(workload);
    // One that gives all documents of an id to the same subtask.
    assertPartitioned(graph, "Dead letter sample", CustomPartitionerWrapper.class);
    assertPartitioned(graph, "Final results", ForwardPartitioner.class);
    assertPartitioned(graph, "Archived documents", ForwardPartitioner.class);
  }

  private static void assertPartitioned(StreamGraph graph, String sink, Class<?> partitioner) {
    Set<List<StreamEdge>> edges =
        graph.getStreamNodes().stream()
            .filter(operator -> operator.getOperatorName().equals(sink))
            .map(StreamNode::getInEdges)
            .collect(Collectors.toSet());
    assertThat(edges).hasSize(1);
    assertThat(edges.iterator().next())
        .isNotEmpty()
        .allSatisfy(edge -> assertThat(edge.getPartitioner()).isInstanceOf(partitioner));
  }

  @Test
  void hasTheSinksOfTheGroupsThatAreThere() {
    Configuration strict = new Configuration();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(strict);
    FlinkJob.build(env, new SettingsFixture().load());

    assertThat(env.getStreamGraph().getStreamNodes())
        .extracting(StreamNode::getOperatorName)
        .contains("OpenSearch sink: Writer")
        .doesNotContain("Final results", "Archived documents");
  }

  /** Of the job with all its sinks, in which neither Kryo nor an operator without an id may be. */
  private static StreamGraph graph(String workload) {
    Configuration strict = new Configuration();
    strict.set(PipelineOptions.GENERIC_TYPES, false);
    strict.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(strict);
    FlinkJob.build(
        env, new SettingsFixture().withAllGroups().set("job", "workload", workload).load());
    return env.getStreamGraph();
  }
}
