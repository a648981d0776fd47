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
 * <p>While records are read live, the first one shows at once, and those after it once in an
 * interval. While the job catches up, results that would be outdated before anybody looks at them
 * are given ten times more seldom. Every record shows in the end, the last one of a stream too. The
 * timer of the window's end is the window's own, which Flink needs to remove it. Nothing follows
 * the final result: with it the window is gone, and the timer with it.
 */
public final class EarlyResultTrigger extends Trigger<OpenWindows.Admitted, TimeWindow> {
  private static final long serialVersionUID = 1L;

  private static final int BEHIND = 10;

  private final long interval;

  /**
   * When the timer is due; negative if no record came since the last result, absent without a
   * timer.
   */
  private final ValueStateDescriptor<Long> due =
      new ValueStateDescriptor<>("early-result-due", Types.LONG);

  /**
   * @param interval the shortest time between two early results, and the longest between a live
   *     record and one that counts it
   */
  public EarlyResultTrigger(Duration interval) {
    this.interval = interval.toMillis();
  }

  @Override
  public TriggerResult onElement(
      OpenWindows.Admitted element, long timestamp, TimeWindow window, TriggerContext context)
      throws Exception {
    ValueState<Long> early = context.getPartitionedState(due);
    Long time = early.value();
    long now = context.getCurrentProcessingTime();
    if (time != null && time < 0) {
      early.update(-time);
    } else if (element.live && (time == null || time > now + interval)) {
      if (time != null) {
        context.deleteProcessingTimeTimer(time);
      }
      return fire(early, context);
    } else if (time == null) {
      context.registerProcessingTimeTimer(now + BEHIND * interval);
      early.update(now + BEHIND * interval);
    }
    return TriggerResult.CONTINUE;
  }

  @Override
  public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext context)
      throws Exception {
    ValueState<Long> early = context.getPartitionedState(due);
    if (early.value() != null && early.value() > 0) {
      return fire(early, context);
    }
    early.clear();
    return TriggerResult.CONTINUE;
  }

  private TriggerResult fire(ValueState<Long> early, TriggerContext context) throws Exception {
    long next = context.getCurrentProcessingTime() + interval;
    context.registerProcessingTimeTimer(next);
    early.update(-next);
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
      context.deleteProcessingTimeTimer(Math.abs(early.value()));
      early.clear();
    }
  }
}
