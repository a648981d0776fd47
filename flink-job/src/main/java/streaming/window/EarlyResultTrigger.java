package streaming.window;

import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.triggers.TriggerResult;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import streaming.Beat;

/**
 * Early results of an open window, and the final one when the watermark passes its end.
 *
 * <p>While records are read live, the first one shows immediately and those after it once per
 * interval, in time with the {@link Beat}; while the job catches up, ten times less often. Every
 * record shows in the end, the last one of a stream too.
 */
public final class EarlyResultTrigger extends Trigger<OpenWindows.Admitted, TimeWindow> {
  private static final long serialVersionUID = 1L;

  /** Intervals between two results without a live record. */
  private static final int BEHIND = 10;

  /** Present if the next early result begins with a live record. */
  private static final ValueStateDescriptor<Boolean> LIVE =
      new ValueStateDescriptor<>("live", Types.BOOLEAN);

  private final long interval;

  /** Time of the timer, negative if no record came since the last result; absent without one. */
  private final ValueStateDescriptor<Long> due =
      new ValueStateDescriptor<>("early-result-due", Types.LONG);

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
    long next = Beat.EARLY_RESULT.after(now, interval);
    boolean isFirst = time == null || time < 0 || time > next;
    if (element.live && isFirst) {
      context.getPartitionedState(LIVE).update(true);
    }
    if (element.live && (time == null || Math.abs(time) > next)) {
      if (time != null) {
        context.deleteProcessingTimeTimer(Math.abs(time));
      }
      return fire(next, early, context);
    }
    if (time == null) {
      context.registerProcessingTimeTimer(now + BEHIND * interval);
      early.update(now + BEHIND * interval);
    } else if (time < 0) {
      early.update(-time);
    }
    return TriggerResult.CONTINUE;
  }

  @Override
  public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext context)
      throws Exception {
    ValueState<Long> early = context.getPartitionedState(due);
    if (early.value() == null || early.value() < 0) {
      early.clear();
      return TriggerResult.CONTINUE;
    }
    boolean isLive = context.getPartitionedState(LIVE).value() != null;
    long now = context.getCurrentProcessingTime();
    long next = Beat.EARLY_RESULT.after(now, (isLive ? 1 : BEHIND) * interval);
    return fire(next, early, context);
  }

  /**
   * @param next when the next result may follow
   */
  private static TriggerResult fire(long next, ValueState<Long> early, TriggerContext context)
      throws Exception {
    context.registerProcessingTimeTimer(next);
    early.update(-next);
    return TriggerResult.FIRE;
  }

  @Override
  public TriggerResult onEventTime(long time, TimeWindow window, TriggerContext context) {
    return time == window.maxTimestamp() ? TriggerResult.FIRE : TriggerResult.CONTINUE;
  }

  /** Whether this result begins with a live record; the next one does not unless another comes. */
  public static boolean isLive(KeyedStateStore window) throws IOException {
    ValueState<Boolean> live = window.getState(LIVE);
    boolean isLive = live.value() != null;
    if (isLive) {
      live.clear();
    }
    return isLive;
  }

  @Override
  public void clear(TimeWindow window, TriggerContext context) throws Exception {
    ValueState<Long> early = context.getPartitionedState(due);
    if (early.value() != null) {
      context.deleteProcessingTimeTimer(Math.abs(early.value()));
      early.clear();
    }
    context.getPartitionedState(LIVE).clear();
  }
}
