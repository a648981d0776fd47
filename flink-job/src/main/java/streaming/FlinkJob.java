package streaming;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import streaming.document.DocumentSink;
import streaming.settings.JobSettings;
import streaming.source.KinesisSource;
import streaming.taxi.TaxiWorkload;
import streaming.taxi.TripParser;
import streaming.trades.TradeParser;
import streaming.trades.TradesWorkload;

/** Entry point: reads the settings, builds the job and runs it. */
public final class FlinkJob {
  private static final Duration LOCAL_CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

  /** How long records wait for others before they are sent to another subtask. */
  private static final long BUFFER_TIMEOUT_MILLISECONDS = 10;

  private FlinkJob() {}

  /**
   * Runs the job.
   *
   * @throws IllegalArgumentException if it cannot run with its properties
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> environment = System.getenv();
    JobSettings settings =
        JobSettings.from(KinesisAnalyticsRuntime.getApplicationProperties(), environment);

    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    configure(env);
    build(env, settings);
    env.execute(settings.workload());
  }

  /**
   * Switches checkpoints on in a development environment that has none. On a cluster, checkpoints
   * and parallelism are the cluster's business.
   */
  static void configure(StreamExecutionEnvironment env) {
    if (env instanceof LocalStreamEnvironment
        && !env.getCheckpointConfig().isCheckpointingEnabled()) {
      env.enableCheckpointing(LOCAL_CHECKPOINT_INTERVAL.toMillis());
    }
  }

  /** Adds the workload of the settings between its source and the sinks of the settings. */
  static void build(StreamExecutionEnvironment env, JobSettings settings) {
    env.setBufferTimeout(BUFFER_TIMEOUT_MILLISECONDS);
    DocumentSink sinks = Sinks.of(settings);
    switch (settings.workload()) {
      case "taxi":
        TaxiWorkload.build(env, settings, new KinesisSource<>(settings, new TripParser()), sinks);
        break;
      case "trades":
        TradesWorkload.build(
            env, settings, new KinesisSource<>(settings, new TradeParser()), sinks);
        break;
      default:
        throw new IllegalStateException("no job computes the workload " + settings.workload());
    }
  }
}
