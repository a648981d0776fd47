package streaming.window;

import java.time.Duration;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.triggers.TriggerResult;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Lets a window give its result so far while it is open, and its final result when the watermark
 * passes its end.
 *
 * <p>The first record after a result starts a timer of processing time, so that every record shows
 * in a result within the interval, the last one of a stream too, and a window without new records
 * is silent. The timer of the window's end is the window's own, which Flink needs to remove it.
 * Nothing follows the final result: with it the window is gone, and the timer with it.
 */
public final class EarlyResultTrigger extends Trigger<Object, TimeWindow> {
  private static final long serialVersionUID = 1L;

  private final long interval;

  /** When the next early result is due; absent if there was no record since the last one. */
  private final ValueStateDescriptor<Long> due =
      new ValueStateDescriptor<>("early-result-due", Types.LONG);

  /**
   * @param interval the longest time between a record and an early result that counts it
   */
  public EarlyResultTrigger(Duration interval) {
    this.interval = interval.toMillis();
  }

  @Override
  public TriggerResult onElement(
      Object element, long timestamp, TimeWindow window, TriggerContext context) throws Exception {
    ValueState<Long> early = context.getPartitionedState(due);
    if (early.value() == null) {
      long time = context.getCurrentProcessingTime() + interval;
      context.registerProcessingTimeTimer(time);
      early.update(time);
    }
    return TriggerResult.CONTINUE;
  }

  @Override
  public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext context) {
    context.getPartitionedState(due).clear();
    return TriggerResult.FIRE;
  }

  @Override
  public TriggerResult onEventTime(long time, TimeWindow window, TriggerContext context) {
    return time == window.maxTimestamp() ? TriggerResult.FIRE : TriggerResult.CONTINUE;
  }

  @Override
  public void clear(TimeWindow window, TriggerContext context) throws Exception {
    ValueState<Long> early = context.getPartitionedState(due);
    if (early.value() != null) {
      context.deleteProcessingTimeTimer(early.value());
      early.clear();
    }
  }
}
