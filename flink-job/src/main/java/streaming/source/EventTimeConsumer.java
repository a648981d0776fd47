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
import org.apache.flink.streaming.connectors.kinesis.model.KinesisStreamShardState;
import org.apache.flink.streaming.connectors.kinesis.model.SentinelSequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
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
    return new Fetcher<>(
        streams,
        new NeverIdleContext<>(context),
        runtimeContext,
        properties,
        schema,
        this,
        context,
        new ShardWatermarks(outOfOrderness, idleness));
  }

  /** Reports to {@link ShardWatermarks} what happens to shards and emits what it answers. */
  private static final class Fetcher<E> extends KinesisDataFetcher<SourceRecord<E>> {
    private final SourceFunction.SourceContext<SourceRecord<E>> context;
    private final ShardWatermarks watermarks;
    private long lastWatermark = ShardWatermarks.HELD;

    private Fetcher(
        List<String> streams,
        SourceFunction.SourceContext<SourceRecord<E>> neverIdle,
        RuntimeContext runtimeContext,
        Properties properties,
        KinesisDeserializationSchema<SourceRecord<E>> schema,
        FlinkKinesisConsumer<SourceRecord<E>> consumer,
        SourceFunction.SourceContext<SourceRecord<E>> context,
        ShardWatermarks watermarks) {
      super(
          streams,
          neverIdle,
          runtimeContext,
          properties,
          schema,
          consumer.getShardAssigner(),
          consumer.getPeriodicWatermarkAssigner(),
          consumer.getWatermarkTracker());
      this.context = context;
      this.watermarks = watermarks;
    }

    @Override
    public int registerNewSubscribedShardState(KinesisStreamShardState state) {
      int shard = super.registerNewSubscribedShardState(state);
      if (!isEnded(state)) {
        watermarks.opened(shard, getCurrentTimeMillis());
      }
      return shard;
    }

    @Override
    protected void emitRecordAndUpdateState(
        SourceRecord<E> record, long arrivalTime, int shard, SequenceNumber sequenceNumber) {
      if (sequenceNumber.isAggregated()) {
        // The events of an aggregated record share its number; what is kept of them must not.
        record.sequenceNumber += "-" + sequenceNumber.getSubSequenceNumber();
      }
      watermarks.emitting(shard);
      super.emitRecordAndUpdateState(record, arrivalTime, shard, sequenceNumber);
      watermarks.emitted(shard, record.eventTime, getCurrentTimeMillis());
    }

    /** Called at every watermark interval. */
    @Override
    protected void emitWatermark() {
      synchronized (context.getCheckpointLock()) {
        long now = getCurrentTimeMillis();
        List<KinesisStreamShardState> states = getSubscribedShardsState();
        for (int shard = 0; shard < states.size(); shard++) {
          if (isEnded(states.get(shard))) {
            watermarks.ended(shard, now);
          }
        }
        long watermark = watermarks.current(now);
        if (watermark == ShardWatermarks.IDLE) {
          context.markAsTemporarilyIdle();
        } else if (watermark > lastWatermark) {
          context.emitWatermark(new Watermark(watermark));
          lastWatermark = watermark;
        }
      }
    }

    private static boolean isEnded(KinesisStreamShardState state) {
      return SentinelSequenceNumber.SENTINEL_SHARD_ENDING_SEQUENCE_NUM
          .get()
          .equals(state.getLastProcessedSequenceNum());
    }
  }

  /** Leaves it to {@link Fetcher#emitWatermark} to say when the subtask is idle. */
  private static final class NeverIdleContext<T> implements SourceFunction.SourceContext<T> {
    private final SourceFunction.SourceContext<T> context;

    private NeverIdleContext(SourceFunction.SourceContext<T> context) {
      this.context = context;
    }

    @Override
    public void collect(T element) {
      context.collect(element);
    }

    @Override
    public void collectWithTimestamp(T element, long timestamp) {
      context.collectWithTimestamp(element, timestamp);
    }

    @Override
    public void emitWatermark(Watermark mark) {
      context.emitWatermark(mark);
    }

    @Override
    public void markAsTemporarilyIdle() {
      // The last shard of the subtask has been read to its end; its children are still to come.
    }

    @Override
    public Object getCheckpointLock() {
      return context.getCheckpointLock();
    }

    @Override
    public void close() {
      context.close();
    }
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
