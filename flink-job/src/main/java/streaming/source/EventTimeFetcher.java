package streaming.source;

import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants.RecordPublisherType;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher;
import org.apache.flink.streaming.connectors.kinesis.internals.ShardConsumer;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisherFactory;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.fanout.FanOutRecordPublisherFactory;
import org.apache.flink.streaming.connectors.kinesis.metrics.ShardConsumerMetricsReporter;
import org.apache.flink.streaming.connectors.kinesis.model.KinesisStreamShardState;
import org.apache.flink.streaming.connectors.kinesis.model.SentinelSequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyV2Factory;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

/** Reports to {@link ShardWatermarks} what happens to shards and emits what it answers. */
// The interfaces of the consumer are deprecated with its kind of source.
@SuppressWarnings("deprecation")
final class EventTimeFetcher<E> extends KinesisDataFetcher<SourceRecord<E>> {
  private final SourceFunction.SourceContext<SourceRecord<E>> context;
  private final ShardWatermarks watermarks;
  private long lastWatermark = ShardWatermarks.HELD;

  EventTimeFetcher(
      List<String> streams,
      SourceFunction.SourceContext<SourceRecord<E>> context,
      RuntimeContext runtimeContext,
      Properties properties,
      KinesisDeserializationSchema<SourceRecord<E>> schema,
      FlinkKinesisConsumer<SourceRecord<E>> consumer,
      ShardWatermarks watermarks) {
    super(
        streams,
        new NeverIdleContext<>(context),
        runtimeContext,
        properties,
        schema,
        consumer.getShardAssigner(),
        consumer.getPeriodicWatermarkAssigner(),
        consumer.getWatermarkTracker());
    this.context = context;
    this.watermarks = watermarks;
  }

  /** Called by the constructor of the connector's class. */
  @Override
  protected RecordPublisherFactory createRecordPublisherFactory() {
    return isFanOut()
        ? new FanOutRecordPublisherFactory(
            new FanOutProxy(
                KinesisProxyV2Factory.createKinesisProxyAsyncV2(getConsumerConfiguration())))
        : super.createRecordPublisherFactory();
  }

  @Override
  protected ShardConsumer<SourceRecord<E>> createShardConsumer(
      Integer shard,
      StreamShardHandle handle,
      SequenceNumber position,
      MetricGroup metrics,
      KinesisDeserializationSchema<SourceRecord<E>> schema)
      throws InterruptedException {
    RecordPublisher reader =
        createRecordPublisher(position, getConsumerConfiguration(), metrics, handle);
    return new ShardConsumer<>(
        this,
        isFanOut() ? reader : reporting(reader, shard),
        shard,
        handle,
        position,
        new ShardConsumerMetricsReporter(metrics),
        schema);
  }

  /**
   * Reports whether polls have come to the newest record. Of a subscription nothing can be told:
   * its events without records, which would say that it has, stay in the connector.
   */
  private RecordPublisher reporting(RecordPublisher reader, int shard) {
    watermarks.read(shard, true);
    return records ->
        reader.run(
            batch -> {
              SequenceNumber position = records.accept(batch);
              Long behind = batch.getMillisBehindLatest();
              watermarks.read(shard, behind != null && behind > 0);
              return position;
            });
  }

  private boolean isFanOut() {
    return RecordPublisherType.EFO
        .name()
        .equals(getConsumerConfiguration().get(ConsumerConfigConstants.RECORD_PUBLISHER_TYPE));
  }

  @Override
  public int registerNewSubscribedShardState(KinesisStreamShardState state) {
    if (isAt(SentinelSequenceNumber.SENTINEL_LATEST_SEQUENCE_NUM, state)) {
      // The newest record is another one after a recovery; the instant of the beginning is not.
      state.setLastProcessedSequenceNum(
          SentinelSequenceNumber.SENTINEL_AT_TIMESTAMP_SEQUENCE_NUM.get());
    }
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
    return isAt(SentinelSequenceNumber.SENTINEL_SHARD_ENDING_SEQUENCE_NUM, state);
  }

  private static boolean isAt(SentinelSequenceNumber place, KinesisStreamShardState state) {
    return place.get().equals(state.getLastProcessedSequenceNum());
  }
}
