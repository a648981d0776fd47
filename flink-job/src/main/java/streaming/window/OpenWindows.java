package streaming.window;

import java.util.Collection;
import java.util.stream.Collectors;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Assigns an element to the windows of another assigner that were open when it was admitted.
 *
 * <p>Flink keeps no watermarks in checkpoints: after a recovery a closed window looks open until
 * the first watermark arrives, and a late element would replace its final result. The element
 * therefore has the watermark of its admission.
 */
public final class OpenWindows extends WindowAssigner<OpenWindows.Admitted, TimeWindow> {
  private static final long serialVersionUID = 1L;

  private final WindowAssigner<Object, TimeWindow> windows;

  /** An element that knows the watermark at which it was admitted. */
  public abstract static class Admitted {
    /** The watermark: windows that end at or before it are closed. */
    public long admittedAt;

    /** Whether it was read soon after its arrival. */
    public boolean live;
  }

  public OpenWindows(WindowAssigner<Object, TimeWindow> windows) {
    this.windows = windows;
  }

  @Override
  public Collection<TimeWindow> assignWindows(
      Admitted element, long timestamp, WindowAssignerContext context) {
    return windows.assignWindows(element, timestamp, context).stream()
        .filter(window -> window.maxTimestamp() > element.admittedAt)
        .collect(Collectors.toList());
  }

  @Override
  // A trigger that takes any object takes these elements too.
  @SuppressWarnings({"unchecked", "rawtypes"})
  public Trigger<Admitted, TimeWindow> getDefaultTrigger() {
    return (Trigger) windows.getDefaultTrigger();
  }

  /** For Flink 1 alone. */
  @Deprecated
  public Trigger<Admitted, TimeWindow> getDefaultTrigger(StreamExecutionEnvironment env) {
    return getDefaultTrigger();
  }

  @Override
  public TypeSerializer<TimeWindow> getWindowSerializer(ExecutionConfig config) {
    return windows.getWindowSerializer(config);
  }

  @Override
  public boolean isEventTime() {
    return windows.isEventTime();
  }

  @Override
  public String toString() {
    return "Open" + windows;
  }
}
