package streaming.source;

import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;

/** Leaves it to {@link EventTimeFetcher#emitWatermark} to say when the subtask is idle. */
// Flink deprecates sources of the kind that has a context.
@SuppressWarnings("deprecation")
final class NeverIdleContext<T> implements SourceFunction.SourceContext<T> {
  private final SourceFunction.SourceContext<T> context;

  NeverIdleContext(SourceFunction.SourceContext<T> context) {
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
