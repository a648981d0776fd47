package streaming.source;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.streaming.api.functions.AssignerWithPeriodicWatermarks;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

/**
 * The Kinesis consumer with the watermarks of {@link ShardWatermarks}.
 *
 * <p>The consumer's own watermarks ignore a shard until its first record has been read, and a
 * subtask is idle the moment the only shard it reads is closed: after a recovery or a resharding
 * the watermark can pass records that have not been read yet, which then count as late. Without an
 * idle interval they even follow the fastest shard.
 *
 * @param <E> the type of the event
 */
// The interfaces of the consumer are deprecated with its kind of source.
@SuppressWarnings("deprecation")
final class EventTimeConsumer<E> extends FlinkKinesisConsumer<SourceRecord<E>> {
  private static final long serialVersionUID = 1L;

  private final Duration outOfOrderness;
  private final Duration idleness;

  EventTimeConsumer(
      String stream,
      KinesisDeserializationSchema<SourceRecord<E>> schema,
      Properties properties,
      Duration outOfOrderness,
      Duration idleness) {
    super(stream, schema, properties);
    this.outOfOrderness = outOfOrderness;
    this.idleness = idleness;
    setPeriodicWatermarkAssigner(new EventTimeAssigner<>());
  }

  @Override
  protected KinesisDataFetcher<SourceRecord<E>> createFetcher(
      List<String> streams,
      SourceFunction.SourceContext<SourceRecord<E>> context,
      RuntimeContext runtimeContext,
      Properties properties,
      KinesisDeserializationSchema<SourceRecord<E>> schema) {
    return new EventTimeFetcher<>(
        streams,
        context,
        runtimeContext,
        properties,
        schema,
        this,
        new ShardWatermarks(outOfOrderness, idleness));
  }

  /** Gives the records their event time; the consumer emits watermarks only with an assigner. */
  private static final class EventTimeAssigner<E>
      implements AssignerWithPeriodicWatermarks<SourceRecord<E>> {
    private static final long serialVersionUID = 1L;

    @Override
    public long extractTimestamp(SourceRecord<E> record, long previous) {
      return record.eventTime;
    }

    @Override
    public Watermark getCurrentWatermark() {
      return null;
    }
  }
}
