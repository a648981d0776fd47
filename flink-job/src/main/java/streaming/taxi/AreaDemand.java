package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import streaming.document.Document;

/**
 * The documents of the demand in an area: its trips in a window, and how they compare with its
 * recent normal.
 *
 * <p>The normal of a window is the area's average over the windows before it, end to end. A count
 * that changes therefore changes the documents of the windows after it too; those that have trips
 * are written again. They are still open, as they end later.
 *
 * <p>A count is kept until the last window that it is normal for has closed.
 *
 * @param <K> the type of the area
 */
abstract class AreaDemand<K> extends KeyedProcessFunction<K, AreaCount, Document> {
  private static final long serialVersionUID = 1L;

  private final String index;
  private final long length;
  private final int normalWindows;

  /** Trips by start of the window. */
  private transient MapState<Long, Long> counts;

  private transient Counter documents;

  /**
   * @param length of a window
   * @param normalWindows how many windows are the normal
   */
  AreaDemand(String index, Duration length, int normalWindows) {
    this.index = index;
    this.length = length.toMillis();
    this.normalWindows = normalWindows;
  }

  /** Writes what is known about an area. */
  abstract void write(String area, JsonGenerator json) throws IOException;

  @Override
  public void open(OpenContext context) throws Exception {
    counts =
        getRuntimeContext().getMapState(new MapStateDescriptor<>("counts", Types.LONG, Types.LONG));
    documents = getRuntimeContext().getMetricGroup().counter("documents");
  }

  @Override
  public void processElement(AreaCount count, Context context, Collector<Document> out)
      throws Exception {
    Long before = counts.get(count.start);
    if (before == null) {
      context.timerService().registerEventTimeTimer(count.start + kept() - 1);
    }
    boolean changed = before == null || before != count.trips;
    if (changed) {
      counts.put(count.start, count.trips);
    }
    emit(count.area, count.start, count.trips, count.complete, out);
    for (int after = 1; changed && after <= normalWindows; after++) {
      long start = count.start + after * length;
      Long trips = counts.get(start);
      if (trips != null) {
        emit(count.area, start, trips, false, out);
      }
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Document> out) throws Exception {
    counts.remove(time + 1 - kept());
  }

  /** How long after a window's start its count matters. */
  private long kept() {
    return (normalWindows + 1) * length;
  }

  private void emit(String area, long start, long trips, boolean complete, Collector<Document> out)
      throws Exception {
    double normal = normal(start);
    out.collect(
        Document.result(
            index,
            area,
            start,
            start + length,
            complete,
            json -> {
              write(area, json);
              json.writeNumberField("trips", trips);
              json.writeNumberField("normal", normal);
              json.writeNumberField("score", (trips - normal) / Math.sqrt(Math.max(normal, 1)));
            }));
    documents.inc();
  }

  private double normal(long start) throws Exception {
    long trips = 0;
    for (int before = 1; before <= normalWindows; before++) {
      Long count = counts.get(start - before * length);
      trips += count == null ? 0 : count;
    }
    return (double) trips / normalWindows;
  }
}
