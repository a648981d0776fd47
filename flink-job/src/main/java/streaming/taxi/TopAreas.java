package streaming.taxi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import streaming.Beat;
import streaming.JobMetrics;
import streaming.document.Document;

/**
 * The ranking of the areas of a window by trips, keyed by the start of the window: a new one within
 * the interval if it has changed, and the final one when the window closes, by when all areas have
 * given their final counts.
 */
final class TopAreas extends KeyedProcessFunction<Long, AreaCount, Document> {
  private static final long serialVersionUID = 1L;

  /**
   * In place of the time of an early ranking: its window closes, and with it comes the final one.
   */
  private static final long NONE = Long.MAX_VALUE;

  private final AreaKind kind;
  private final long length;
  private final int size;
  private final long interval;

  private transient MapState<String, Long> counts;

  /** When the next early ranking is due; absent if no count changed since the last one. */
  private transient ValueState<Long> due;

  /** The last ranking that was written. */
  private transient ValueState<String> written;

  /** Windows with a live count since their last ranking. */
  private transient Set<Long> live;

  private transient Counter documents;

  TopAreas(AreaKind kind, Duration length, int size, Duration interval) {
    this.kind = kind;
    this.length = length.toMillis();
    this.size = size;
    this.interval = interval.toMillis();
  }

  @Override
  public void open(OpenContext context) throws Exception {
    counts =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("counts", Types.STRING, Types.LONG));
    due = getRuntimeContext().getState(new ValueStateDescriptor<>("due", Types.LONG));
    written = getRuntimeContext().getState(new ValueStateDescriptor<>("written", Types.STRING));
    live = new HashSet<>();
    documents = JobMetrics.counter(getRuntimeContext().getMetricGroup(), JobMetrics.DOCUMENTS);
  }

  @Override
  public void processElement(AreaCount count, Context context, Collector<Document> out)
      throws Exception {
    Long before = counts.get(count.area);
    if (before != null && before == count.trips) {
      return;
    }
    counts.put(count.area, count.trips);
    if (count.live) {
      live.add(count.start);
    }
    if (due.value() == null) {
      long time = NONE;
      if (!count.complete) {
        long now = context.timerService().currentProcessingTime();
        time = Beat.EARLY_RESULT.after(now, interval);
        context.timerService().registerProcessingTimeTimer(time);
      }
      context.timerService().registerEventTimeTimer(count.start + length - 1);
      due.update(time);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Document> out) throws Exception {
    boolean complete = context.timeDomain() == TimeDomain.EVENT_TIME;
    Document ranking = ranking(context.getCurrentKey(), complete);
    ranking.live = live.remove(context.getCurrentKey()) && !complete;
    if (complete || !ranking.source.equals(written.value())) {
      out.collect(ranking);
      documents.inc();
      written.update(ranking.source);
    }
    if (complete && due.value() != null) {
      context.timerService().deleteProcessingTimeTimer(due.value());
    }
    due.clear();
    if (complete) {
      counts.clear();
      written.clear();
    }
  }

  private Document ranking(long start, boolean complete) throws Exception {
    List<Map.Entry<String, Long>> areas = new ArrayList<>();
    for (Map.Entry<String, Long> count : counts.entries()) {
      areas.add(Map.entry(count.getKey(), count.getValue()));
    }
    areas.sort(
        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry::getKey, kind.order));
    return Document.result(
        "taxi-top-areas",
        kind.plural,
        start,
        start + length,
        complete,
        json -> {
          json.writeStringField("kind", kind.plural);
          json.writeArrayFieldStart("areas");
          for (int rank = 1; rank <= Math.min(size, areas.size()); rank++) {
            Map.Entry<String, Long> count = areas.get(rank - 1);
            json.writeStartObject();
            json.writeNumberField("rank", rank);
            json.writeStringField("area", count.getKey());
            json.writeStringField("name", kind.nameOf(count.getKey()));
            json.writeNumberField("trips", count.getValue());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
