package streaming.admission;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import streaming.document.DeadLetter;
import streaming.document.Document;
import streaming.source.SourceRecord;

/**
 * Decides which records count: each event once, while a window that it belongs to is open.
 * Malformed records and events that are too late for all their windows become dead letters;
 * duplicates and events that belong to no window are counted and dropped.
 *
 * <p>An event's id is remembered until its last window closes. From then on it would be late, so
 * that it cannot count a second time and the state stays as small as the open windows.
 *
 * <p>The watermark is kept in checkpoints, which Flink does not do: an event that was late before a
 * recovery is late after it.
 *
 * @param <E> the type of the event
 * @param <A> what the windows get of an admitted event
 */
public abstract class Admission<E, A> extends KeyedProcessFunction<String, SourceRecord<E>, A>
    implements CheckpointedFunction {
  public static final OutputTag<Document> DEAD_LETTERS =
      new OutputTag<>("dead-letters", Types.POJO(Document.class));

  private static final long serialVersionUID = 1L;

  private final String noun;

  private transient ValueState<Boolean> admitted;
  private transient ListState<Long> savedWatermark;
  private transient long restoredWatermark;

  /** The timers of this subtask, which know the watermark; null before the first record. */
  private transient TimerService timers;

  private transient Counter records;
  private transient Counter malformed;
  private transient Counter late;
  private transient Counter partlyLate;
  private transient Counter duplicates;
  private transient Counter documents;

  /**
   * @param noun what an event is called
   */
  protected Admission(String noun) {
    this.noun = noun;
  }

  /** The windows that an event counts in, if there are any. */
  protected abstract Optional<WindowEnds> windowsOf(E event, long eventTime);

  /** What the windows get of an event that is admitted at this watermark. */
  protected abstract A admit(E event, long watermark);

  /** The key of a record that has no event: its position. */
  protected static String positionOf(SourceRecord<?> record) {
    return record.shardId + "-" + record.sequenceNumber;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    // All subtasks see the watermarks of all sources; with a union each starts from the furthest.
    savedWatermark =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("watermark", Types.LONG));
    restoredWatermark = Long.MIN_VALUE;
    for (long saved : savedWatermark.get()) {
      restoredWatermark = Math.max(restoredWatermark, saved);
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    savedWatermark.update(List.of(watermark()));
  }

  @Override
  public void open(OpenContext context) {
    admitted = getRuntimeContext().getState(new ValueStateDescriptor<>("admitted", Types.BOOLEAN));
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    records = metrics.counter("records");
    malformed = metrics.counter("malformed");
    late = metrics.counter("late");
    partlyLate = metrics.counter("partlyLate");
    duplicates = metrics.counter("duplicates");
    documents = metrics.counter("documents");
  }

  @Override
  public void processElement(SourceRecord<E> record, Context context, Collector<A> out)
      throws Exception {
    timers = context.timerService();
    records.inc();
    if (record.event == null) {
      malformed.inc();
      bury(DeadLetter.malformed(record), context);
      return;
    }
    WindowEnds ends = windowsOf(record.event, record.eventTime).orElse(null);
    if (ends == null) {
      return;
    }
    long watermark = watermark();
    if (WindowEnds.isClosed(ends.last, watermark)) {
      late.inc();
      bury(DeadLetter.late(record, tooLate(ends.last, watermark)), context);
    } else if (admitted.value() != null) {
      duplicates.inc();
    } else {
      admitted.update(true);
      timers.registerEventTimeTimer(ends.last - 1);
      if (WindowEnds.isClosed(ends.first, watermark)) {
        partlyLate.inc();
      }
      out.collect(admit(record.event, watermark));
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<A> out) {
    timers = context.timerService();
    admitted.clear();
  }

  private void bury(Document deadLetter, Context context) {
    context.output(DEAD_LETTERS, deadLetter);
    documents.inc();
  }

  private long watermark() {
    return timers == null
        ? restoredWatermark
        : Math.max(restoredWatermark, timers.currentWatermark());
  }

  private String tooLate(long end, long watermark) {
    return String.format(
        "the %s's last window ended at %s; the watermark had reached %s",
        noun, Instant.ofEpochMilli(end), Instant.ofEpochMilli(watermark));
  }
}
