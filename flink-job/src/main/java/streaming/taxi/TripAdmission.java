package streaming.taxi;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import streaming.search.DeadLetter;
import streaming.search.Document;
import streaming.source.SourceRecord;

/**
 * Decides which records count: each trip once, while a window that it belongs to is open. Malformed
 * records and trips that are too late for all their windows become dead letters; duplicates and
 * trips that belong to no window are counted and dropped.
 *
 * <p>A trip's id is remembered until its last window closes. From then on it would be late, so that
 * it cannot count a second time and the state stays as small as the open windows.
 *
 * <p>The watermark is kept in checkpoints, which Flink does not do: a trip that was late before a
 * recovery is late after it.
 */
final class TripAdmission extends KeyedProcessFunction<String, SourceRecord<Trip>, TripGroup>
    implements CheckpointedFunction {
  static final OutputTag<Document> DEAD_LETTERS =
      new OutputTag<>("dead-letters", Types.POJO(Document.class));

  private static final long serialVersionUID = 1L;

  /** The end of a trip's windows if it belongs to none. */
  private static final long NO_WINDOW = Long.MIN_VALUE;

  private final TripWindows windows;
  private final int geohashPrecision;

  private transient ZoneTable zones;
  private transient Map<Integer, String> cells;
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
  private transient Counter unknownZone;
  private transient Counter documents;

  /**
   * @param geohashPrecision number of characters of a cell's geohash
   */
  TripAdmission(TripWindows windows, int geohashPrecision) {
    this.windows = windows;
    this.geohashPrecision = geohashPrecision;
  }

  /** The key to partition by: the trip, or the position of a record without one. */
  static String keyOf(SourceRecord<Trip> record) {
    return record.event == null ? record.shardId + "-" + record.sequenceNumber : record.event.id;
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
    zones = ZoneTable.load();
    cells = new HashMap<>();
    admitted = getRuntimeContext().getState(new ValueStateDescriptor<>("admitted", Types.BOOLEAN));
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    records = metrics.counter("records");
    malformed = metrics.counter("malformed");
    late = metrics.counter("late");
    partlyLate = metrics.counter("partlyLate");
    duplicates = metrics.counter("duplicates");
    unknownZone = metrics.counter("unknownZone");
    documents = metrics.counter("documents");
  }

  @Override
  public void processElement(SourceRecord<Trip> record, Context context, Collector<TripGroup> out)
      throws Exception {
    timers = context.timerService();
    records.inc();
    Trip trip = record.event;
    if (trip == null) {
      malformed.inc();
      bury(DeadLetter.malformed(record), context);
      return;
    }
    Zone zone = zones.find(trip.pickupZone);
    if (zone == null) {
      unknownZone.inc();
    }
    String airport = Airport.ofZone(trip.dropoffZone);
    long end = lastEnd(record.eventTime, zone, airport);
    if (end == NO_WINDOW) {
      return;
    }
    long watermark = watermark();
    if (isClosed(end, watermark)) {
      late.inc();
      bury(DeadLetter.late(record, tooLate(end, watermark)), context);
    } else if (admitted.value() != null) {
      duplicates.inc();
    } else {
      admitted.update(true);
      timers.registerEventTimeTimer(end - 1);
      if (isClosed(firstEnd(record.eventTime, zone, airport), watermark)) {
        partlyLate.inc();
      }
      out.collect(admit(trip, zone, airport, watermark));
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<TripGroup> out) {
    timers = context.timerService();
    admitted.clear();
  }

  private TripGroup admit(Trip trip, Zone zone, String airport, long watermark) {
    TripGroup group = new TripGroup();
    if (zone != null) {
      group.zone = zone.id;
      group.cell =
          cells.computeIfAbsent(zone.id, id -> Geohash.encode(zone.location, geohashPrecision));
    }
    group.airport = airport;
    group.admittedAt = watermark;
    group.trips = 1;
    group.seconds = trip.dropoffTime - trip.pickupTime;
    return group;
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

  private long lastEnd(long eventTime, Zone zone, String airport) {
    long demand = zone != null ? windows.lastDemandEnd(eventTime) : NO_WINDOW;
    return airport != null ? Math.max(demand, windows.airportsEnd(eventTime)) : demand;
  }

  private long firstEnd(long eventTime, Zone zone, String airport) {
    long demand = zone != null ? windows.firstDemandEnd(eventTime) : Long.MAX_VALUE;
    return airport != null ? Math.min(demand, windows.airportsEnd(eventTime)) : demand;
  }

  /** A window closes when the watermark reaches its last millisecond. */
  private static boolean isClosed(long windowEnd, long watermark) {
    return windowEnd - 1 <= watermark;
  }

  private static String tooLate(long end, long watermark) {
    return String.format(
        "the trip's last window ended at %s; the watermark had reached %s",
        Instant.ofEpochMilli(end), Instant.ofEpochMilli(watermark));
  }
}
