package streaming.source;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.functions.AssignerWithPeriodicWatermarks;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants.InitialPosition;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

/**
 * The Kinesis consumer with the watermarks of {@link ShardWatermarks}, which begins once.
 *
 * <p>The consumer's own watermarks ignore a shard until its first record has been read, and a
 * subtask is idle the moment the only shard it reads is closed: after a recovery or a resharding
 * the watermark can pass records that have not been read yet, which then count as late. Without an
 * idle interval they even follow the fastest shard.
 *
 * <p>Of a shard without records so far, the consumer keeps that it begins at the newest record or
 * at an instant, but not when that was: after a recovery it would begin again, and what came
 * meanwhile would be lost. The instant is therefore kept in checkpoints.
 *
 * @param <E> the type of the event
 */
// The interfaces of the consumer are deprecated with its kind of source.
@SuppressWarnings("deprecation")
final class EventTimeConsumer<E> extends FlinkKinesisConsumer<SourceRecord<E>> {
  private static final long serialVersionUID = 1L;

  private final Properties properties;
  private final Duration outOfOrderness;
  private final Duration idleness;

  private transient ListState<Long> savedBeginning;

  /** From when on the job reads, in seconds since the epoch. */
  private transient long beginning;

  EventTimeConsumer(
      String stream,
      KinesisDeserializationSchema<SourceRecord<E>> schema,
      Properties properties,
      Duration outOfOrderness,
      Duration idleness) {
    super(stream, schema, properties);
    this.properties = properties;
    this.outOfOrderness = outOfOrderness;
    this.idleness = idleness;
    setPeriodicWatermarkAssigner(new EventTimeAssigner<>());
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    super.initializeState(context);
    savedBeginning =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("beginning", Types.LONG));
    beginning = Long.MAX_VALUE;
    for (long saved : savedBeginning.get()) {
      beginning = Math.min(beginning, saved);
    }
    if (beginning == Long.MAX_VALUE) {
      beginning = configuredBeginning();
    }
  }

  private long configuredBeginning() {
    String position = properties.getProperty(ConsumerConfigConstants.STREAM_INITIAL_POSITION);
    switch (InitialPosition.valueOf(position)) {
      case AT_TIMESTAMP:
        return Long.parseLong(
            properties.getProperty(ConsumerConfigConstants.STREAM_INITIAL_TIMESTAMP));
      case LATEST:
        return Instant.now().getEpochSecond();
      default:
        return 0;
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    super.snapshotState(context);
    savedBeginning.update(List.of(beginning));
  }

  @Override
  protected KinesisDataFetcher<SourceRecord<E>> createFetcher(
      List<String> streams,
      SourceFunction.SourceContext<SourceRecord<E>> context,
      RuntimeContext runtimeContext,
      Properties configured,
      KinesisDeserializationSchema<SourceRecord<E>> schema) {
    Properties begun = new Properties();
    begun.putAll(configured);
    begun.setProperty(ConsumerConfigConstants.STREAM_INITIAL_TIMESTAMP, Long.toString(beginning));
    return new EventTimeFetcher<>(
        streams,
        context,
        runtimeContext,
        begun,
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
