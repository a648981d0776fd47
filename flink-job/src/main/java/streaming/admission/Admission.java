package streaming.admission;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import streaming.JobMetrics;
import streaming.document.Canary;
import streaming.document.DeadLetter;
import streaming.document.Document;
import streaming.settings.JobSettings;
import streaming.source.SourceRecord;
import streaming.window.OpenWindows;

/**
 * Admits each event once, while a window that it belongs to is open. Malformed records, events of
 * the far future and those too late for all their windows become dead letters.
 *
 * <p>An event's id is remembered until its last window closes ({@link AdmittedIds}); from then on
 * the event would be late.
 *
 * <p>Each record is counted once by what becomes of it, so that none is lost without a trace:
 * {@code admitted}, {@code canaries}, {@code duplicates}, {@code future}, {@code late}, {@code
 * malformed} and {@code outside} all windows together are the records of the stream.
 *
 * <p>The watermark is kept in checkpoints, which Flink does not do: an event that was late by a
 * checkpoint is late after a recovery from it.
 */
public abstract class Admission<E, A extends OpenWindows.Admitted> extends AbstractStreamOperator<A>
    implements OneInputStreamOperator<SourceRecord<E>, A>, Triggerable<String, VoidNamespace> {
  public static final OutputTag<Document> DEAD_LETTERS =
      new OutputTag<>("dead-letters", Types.POJO(Document.class));

  private static final long serialVersionUID = 1L;

  private final String noun;
  private final long maxAhead;

  private transient AdmittedIds admitted;
  private transient ListState<Long> savedWatermark;
  // Read by the thread of metrics, too.
  private transient volatile long watermark;

  private transient Counter records;
  private transient Counter malformed;
  private transient Counter future;
  private transient Counter late;
  private transient Counter partlyLate;
  private transient Counter duplicates;
  private transient Counter admittedEvents;
  private transient Counter outside;
  private transient Counter canaries;
  private transient Counter documents;

  /**
   * @param noun what an event is called
   */
  protected Admission(String noun, JobSettings settings) {
    this.noun = noun;
    maxAhead = settings.duration("source.maxAheadSeconds").toMillis();
  }

  /** The windows that an event counts in, if there are any. */
  protected abstract Optional<WindowEnds> windowsOf(E event, long eventTime);

  /** What the windows get of an event that is admitted. */
  protected abstract A admit(E event);

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    // All subtasks see the watermarks of all sources; with a union each starts from the furthest.
    savedWatermark =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("watermark", Types.LONG));
    watermark = Long.MIN_VALUE;
    for (long saved : savedWatermark.get()) {
      watermark = Math.max(watermark, saved);
    }
    // An event from the far future, in a release that took its time, must not end all windows.
    watermark = Math.min(watermark, System.currentTimeMillis() + maxAhead);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    savedWatermark.update(List.of(watermark));
    admitted.save();
  }

  @Override
  public void open() throws Exception {
    super.open();
    admitted =
        new AdmittedIds(
            this, getInternalTimerService("user-timers", VoidNamespaceSerializer.INSTANCE, this));
    records = JobMetrics.counter(metrics, JobMetrics.RECORDS);
    malformed = JobMetrics.counter(metrics, JobMetrics.MALFORMED);
    future = JobMetrics.counter(metrics, JobMetrics.FUTURE);
    late = JobMetrics.counter(metrics, JobMetrics.LATE);
    partlyLate = JobMetrics.counter(metrics, JobMetrics.PARTLY_LATE);
    duplicates = JobMetrics.counter(metrics, JobMetrics.DUPLICATES);
    admittedEvents = JobMetrics.counter(metrics, JobMetrics.ADMITTED);
    outside = JobMetrics.counter(metrics, JobMetrics.OUTSIDE);
    canaries = JobMetrics.counter(metrics, JobMetrics.CANARIES);
    documents = JobMetrics.counter(metrics, JobMetrics.DOCUMENTS);
    JobMetrics.gauge(
        metrics,
        JobMetrics.WATERMARK_LAG,
        () -> watermark == Long.MIN_VALUE ? 0 : System.currentTimeMillis() - watermark);
  }

  @Override
  public void processElement(StreamRecord<SourceRecord<E>> element) throws Exception {
    SourceRecord<E> record = element.getValue();
    records.inc();
    if (record.event == null) {
      Document canary = Canary.of(record);
      (canary == null ? malformed : canaries).inc();
      bury(canary == null ? DeadLetter.malformed(record) : canary, element);
      return;
    }
    if (record.problem != null) {
      future.inc();
      bury(DeadLetter.future(record), element);
      return;
    }
    WindowEnds ends = windowsOf(record.event, record.eventTime).orElse(null);
    if (ends == null) {
      outside.inc();
      return;
    }
    if (WindowEnds.isClosed(ends.last, watermark)) {
      late.inc();
      String detail =
          String.format(
              "the %s's last window ended at %s; the watermark had reached %s",
              noun, Instant.ofEpochMilli(ends.last), Instant.ofEpochMilli(watermark));
      bury(DeadLetter.late(record, detail), element);
    } else if (!admitted.add((String) getCurrentKey(), ends.last - 1)) {
      duplicates.inc();
    } else {
      if (WindowEnds.isClosed(ends.first, watermark)) {
        partlyLate.inc();
      }
      A event = admit(record.event);
      event.admittedAt = watermark;
      event.live = record.live;
      output.collect(element.replace(event));
      admittedEvents.inc();
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark = Math.max(watermark, mark.getTimestamp());
    admitted.forgetUntil(watermark);
    super.processWatermark(mark);
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) {
    admitted.onTimer();
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("there are timers of event time alone");
  }

  /** Sends a document around the windows. */
  private void bury(Document deadLetter, StreamRecord<?> element) {
    output.collect(DEAD_LETTERS, new StreamRecord<>(deadLetter, element.getTimestamp()));
    documents.inc();
  }
}
