package streaming.taxi;

import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Adds up trips that count in the same windows before they are sent there, so that windows read and
 * write their state less often.
 *
 * <p>Groups are sent after a moment, and before a watermark or a checkpoint barrier, so that no
 * checkpoint has any.
 */
final class TripGrouping extends AbstractStreamOperator<TripGroup>
    implements OneInputStreamOperator<TripGroup, TripGroup>,
        BoundedOneInput,
        ProcessingTimeCallback {
  /** How long a group is held back at most. */
  static final Duration DELAY = Duration.ofMillis(20);

  private static final long serialVersionUID = 1L;

  /** Trips within a span count in the same windows. */
  private final long span;

  /** By what its trips have in common. */
  private transient Map<List<Object>, StreamRecord<TripGroup>> groups;

  /**
   * @param steps that starts and ends of windows are multiples of
   */
  TripGrouping(Duration... steps) {
    span =
        Stream.of(steps)
            .map(step -> BigInteger.valueOf(step.toMillis()))
            .reduce(BigInteger.ZERO, BigInteger::gcd)
            .longValue();
  }

  @Override
  public void open() throws Exception {
    super.open();
    groups = new HashMap<>();
  }

  @Override
  public void processElement(StreamRecord<TripGroup> element) {
    if (groups.isEmpty()) {
      getProcessingTimeService()
          .registerTimer(
              getProcessingTimeService().getCurrentProcessingTime() + DELAY.toMillis(), this);
    }
    TripGroup trip = element.getValue();
    long start = Math.floorDiv(element.getTimestamp(), span) * span;
    // The zone has one cell.
    List<Object> key =
        List.of(start, trip.zone, trip.airport == null ? "" : trip.airport, trip.admittedAt);
    StreamRecord<TripGroup> group = groups.get(key);
    if (group == null) {
      groups.put(key, new StreamRecord<>(trip, start));
    } else {
      group.getValue().add(trip);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    send();
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    send();
    super.processWatermarkStatus(status);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    send();
    super.prepareSnapshotPreBarrier(checkpointId);
  }

  @Override
  public void onProcessingTime(long time) {
    send();
  }

  @Override
  public void endInput() {
    send();
  }

  private void send() {
    groups.values().forEach(output::collect);
    groups.clear();
  }
}
