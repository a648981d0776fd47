package streaming.source;

import java.time.Instant;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import streaming.settings.JobSettings;

/**
 * Reads a Kinesis data stream: by enhanced fan-out as a registered consumer, else by polling.
 * Records that the Kinesis Producer Library has aggregated are taken apart.
 */
public final class KinesisSource<E> implements Source<SourceRecord<E>, ShardSplit, KnownShards> {
  private static final long serialVersionUID = 1L;

  private final JobSettings settings;
  private final EventReader<E> parser;
  private final KinesisClients clients;

  public KinesisSource(JobSettings settings, EventReader<E> parser) {
    this(settings, parser, new KinesisClients(settings));
  }

  KinesisSource(JobSettings settings, EventReader<E> parser, KinesisClients clients) {
    this.settings = settings;
    this.parser = parser;
    this.clients = clients;
  }

  /** Adds the source to the job: records with their event time and watermarks. */
  public DataStream<SourceRecord<E>> addTo(StreamExecutionEnvironment env) {
    return env.fromSource(
            this,
            // The readers give the watermarks.
            WatermarkStrategy.noWatermarks(),
            "Kinesis source",
            parser.recordType())
        .uid("kinesis-shards")
        .transform("Restored positions", parser.recordType(), new RestoredPositions.Factory<>())
        .uid("kinesis-source");
  }

  /** Where a job without a checkpoint begins, in milliseconds; zero is the oldest record. */
  static long beginning(JobSettings settings) {
    switch (settings.text("source.initialPosition")) {
      case "AT_TIMESTAMP":
        return Instant.parse(settings.text("source.initialTimestamp")).toEpochMilli();
      case "LATEST":
        return Instant.now().toEpochMilli();
      default:
        return 0;
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SplitEnumerator<ShardSplit, KnownShards> createEnumerator(
      SplitEnumeratorContext<ShardSplit> context) {
    return restoreEnumerator(context, null);
  }

  @Override
  public SplitEnumerator<ShardSplit, KnownShards> restoreEnumerator(
      SplitEnumeratorContext<ShardSplit> context, KnownShards shards) {
    return new ShardEnumerator(context, clients.requests(), settings, shards);
  }

  @Override
  public SourceReader<SourceRecord<E>, ShardSplit> createReader(SourceReaderContext context) {
    return new ShardsReader<>(context, parser, settings, clients);
  }

  @Override
  public SimpleVersionedSerializer<ShardSplit> getSplitSerializer() {
    return new ShardSplit.Serializer();
  }

  @Override
  public SimpleVersionedSerializer<KnownShards> getEnumeratorCheckpointSerializer() {
    return new KnownShards.Serializer();
  }
}
