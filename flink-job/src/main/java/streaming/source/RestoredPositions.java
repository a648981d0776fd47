package streaming.source;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.runtime.TupleSerializer;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.source.event.SourceEventWrapper;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardMetadata;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Has the place of the Kinesis consumer of releases to 0.1, restores the positions that it left and
 * hands them to the enumerator of the source that it follows. Records pass unchanged.
 */
final class RestoredPositions<T> extends AbstractStreamOperator<T>
    implements OneInputStreamOperator<T, T> {
  private static final long serialVersionUID = 1L;

  private final transient OperatorEventGateway source;

  private RestoredPositions(StreamOperatorParameters<T> parameters) {
    setup(parameters.getContainingTask(), parameters.getStreamConfig(), parameters.getOutput());
    // The source is the head of the chain.
    OperatorID head = parameters.getContainingTask().getConfiguration().getOperatorID();
    source = parameters.getOperatorEventDispatcher().getOperatorEventGateway(head);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    ListState<Tuple2<StreamShardMetadata, SequenceNumber>> positions =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>("Kinesis-Stream-Shard-State", serializer()));
    ListState<Long> beginnings =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("beginning", Types.LONG));
    if (getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() > 0) {
      // One subtask keeps the state, or each checkpoint would have it once more for each.
      positions.clear();
      beginnings.clear();
      return;
    }
    Long beginning = null;
    for (long seconds : beginnings.get()) {
      beginning = Math.min(beginning == null ? Long.MAX_VALUE : beginning, seconds * 1000);
    }
    Map<String, ShardPosition> restored = new HashMap<>();
    for (Tuple2<StreamShardMetadata, SequenceNumber> each : positions.get()) {
      restored.put(each.f0.shardId, position(each.f1, beginning == null ? 0 : beginning));
    }
    if (beginning != null) {
      beginnings.update(List.of(beginning / 1000));
    }
    source.sendEventToCoordinator(
        new SourceEventWrapper(new ShardEvents.Restored(restored, beginning)));
  }

  /** A shard of which no record had been read has a name in place of a number. */
  private static ShardPosition position(SequenceNumber saved, long beginning) {
    switch (saved.sequenceNumber) {
      case "EARLIEST_SEQUENCE_NUM":
        return ShardPosition.from(0);
      case "LATEST_SEQUENCE_NUM":
      case "AT_TIMESTAMP_SEQUENCE_NUM":
        return ShardPosition.from(beginning);
      case "SHARD_ENDING_SEQUENCE_NUM":
        return ShardPosition.ENDED;
      default:
        return ShardPosition.after(saved.sequenceNumber, saved.subSequenceNumber);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private TypeSerializer<Tuple2<StreamShardMetadata, SequenceNumber>> serializer() {
    SerializerConfig config = getExecutionConfig().getSerializerConfig();
    return new TupleSerializer<>(
        (Class) Tuple2.class,
        new TypeSerializer<?>[] {
          TypeInformation.of(StreamShardMetadata.class).createSerializer(config),
          new KryoSerializer<>(SequenceNumber.class, config)
        });
  }

  @Override
  public void processElement(StreamRecord<T> record) {
    output.collect(record);
  }

  /** Makes the operator in the chain of the source. */
  static final class Factory<T> extends AbstractStreamOperatorFactory<T>
      implements OneInputStreamOperatorFactory<T, T> {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("unchecked")
    public <O extends StreamOperator<T>> O createStreamOperator(
        StreamOperatorParameters<T> parameters) {
      return (O) new RestoredPositions<>(parameters);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
      return RestoredPositions.class;
    }
  }
}
