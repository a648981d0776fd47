package streaming;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import streaming.archive.ArchiveSink;
import streaming.document.Document;
import streaming.search.OpenSearchSink;
import streaming.settings.JobSettings;
import streaming.source.KinesisSource;
import streaming.stream.ResultsStreamSink;
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
    env.execute(settings.text("job.workload"));
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

  /**
   * Adds the workload of the settings between its source and the sinks of the settings. Documents
   * of the same id are written in the order of the stream: where a sink partitions it, all of an id
   * stay together.
   */
  static void build(StreamExecutionEnvironment env, JobSettings settings) {
    env.setBufferTimeout(BUFFER_TIMEOUT_MILLISECONDS);
    DataStream<Document> documents = documents(env, settings);
    settings
        .searchEndpoint()
        .ifPresent(endpoint -> OpenSearchSink.addTo(documents, endpoint, settings));
    settings
        .optional("resultsStream.streamName")
        .ifPresent(stream -> ResultsStreamSink.addTo(documents, stream, settings));
    settings.optional("archive.path").ifPresent(path -> ArchiveSink.addTo(documents, path));
  }

  private static DataStream<Document> documents(
      StreamExecutionEnvironment env, JobSettings settings) {
    switch (settings.text("job.workload")) {
      case "taxi":
        return TaxiWorkload.of(
            settings, new KinesisSource<>(settings, new TripParser()).addTo(env));
      case "trades":
        return TradesWorkload.of(
            settings, new KinesisSource<>(settings, new TradeParser()).addTo(env));
      default:
        throw new IllegalStateException(
            "no job computes the workload " + settings.text("job.workload"));
    }
  }
}
