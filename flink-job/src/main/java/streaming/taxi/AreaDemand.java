package streaming.taxi;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import streaming.JobMetrics;
import streaming.document.Document;

/**
 * Documents of the demand in an area: its trips in a window, compared with its recent normal.
 *
 * <p>The normal of a window is the area's average over the windows before it, end to end. A count
 * that changes changes the documents of the open windows after it too, which are written again.
 *
 * <p>A count is kept until the last window that it is normal for has closed, or twice as long: an
 * area has one timer as long as it has counts.
 */
final class AreaDemand<K> extends KeyedProcessFunction<K, AreaCount, Document> {
  private static final long serialVersionUID = 1L;

  private final AreaKind kind;
  private final long length;
  private final int normalWindows;

  private transient RecentCounts<K> recent;

  private transient Counter documents;

  AreaDemand(AreaKind kind, Duration length, int normalWindows) {
    this.kind = kind;
    this.length = length.toMillis();
    this.normalWindows = normalWindows;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    recent =
        new RecentCounts<>(
            getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("counts", Types.LONG, Types.LONG)));
    documents = JobMetrics.counter(getRuntimeContext().getMetricGroup(), JobMetrics.DOCUMENTS);
  }

  @Override
  public void processElement(AreaCount count, Context context, Collector<Document> out)
      throws Exception {
    K area = context.getCurrentKey();
    Map<Long, Long> counts = recent.of(area);
    if (counts.isEmpty()) {
      context.timerService().registerEventTimeTimer(count.start + kept() - 1);
    }
    Long before = counts.get(count.start);
    boolean changed = before == null || before != count.trips;
    if (changed) {
      recent.put(area, count.start, count.trips);
    }
    for (int after = 0; after <= (changed ? normalWindows : 0); after++) {
      long start = count.start + after * length;
      Long trips = counts.get(start);
      if (trips != null) {
        double normal = normal(start, counts);
        Document document =
            Document.result(
                "taxi-demand-" + kind.plural,
                count.area,
                start,
                start + length,
                after == 0 && count.complete,
                json -> {
                  kind.write(count.area, json);
                  json.writeNumberField("trips", trips);
                  json.writeNumberField("normal", normal);
                  json.writeNumberField("score", (trips - normal) / Math.sqrt(Math.max(normal, 1)));
                });
        document.live = count.live;
        out.collect(document);
        documents.inc();
      }
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Document> out) throws Exception {
    K area = context.getCurrentKey();
    recent.removeBefore(area, time + 2 - kept());
    Map<Long, Long> counts = recent.of(area);
    if (!counts.isEmpty()) {
      long newest = Collections.max(counts.keySet());
      context.timerService().registerEventTimeTimer(newest + kept() - 1);
    }
  }

  /** How long after a window's start its count matters. */
  private long kept() {
    return (normalWindows + 1) * length;
  }

  private double normal(long start, Map<Long, Long> counts) {
    long trips = 0;
    for (int before = 1; before <= normalWindows; before++) {
      trips += counts.getOrDefault(start - before * length, 0L);
    }
    return (double) trips / normalWindows;
  }
}
