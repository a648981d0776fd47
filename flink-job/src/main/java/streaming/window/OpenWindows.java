package streaming.window;

import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Assigns an element to the sliding windows that were open when it was admitted.
 *
 * <p>Flink keeps no watermarks in checkpoints: after a recovery a closed window looks open until
 * the first watermark arrives, and a late element would replace its final result. The element
 * therefore has the watermark of its admission.
 */
public final class OpenWindows extends SlidingEventTimeWindows {
  private static final long serialVersionUID = 1L;

  /** An element that knows the watermark at which it was admitted. */
  public abstract static class Admitted {
    /** The watermark: windows that end at or before it are closed. */
    public long admittedAt;

    /** Whether it was read soon after its arrival. */
    public boolean live;
  }

  /** Windows that overlap. */
  public OpenWindows(Duration length, Duration slide) {
    super(length.toMillis(), slide.toMillis(), 0);
  }

  /** Windows that follow each other. */
  public OpenWindows(Duration length) {
    this(length, length);
  }

  @Override
  public Collection<TimeWindow> assignWindows(
      Object element, long timestamp, WindowAssignerContext context) {
    long admittedAt = ((Admitted) element).admittedAt;
    return super.assignWindows(element, timestamp, context).stream()
        .filter(window -> window.maxTimestamp() > admittedAt)
        .collect(Collectors.toList());
  }
}
