package streaming.taxi;

import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * Hands on what a window has counted.
 *
 * @param <K> the type of the area
 */
final class AreaCounts<K> extends ProcessWindowFunction<Long, AreaCount, K, TimeWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public void process(K area, Context context, Iterable<Long> trips, Collector<AreaCount> out) {
    AreaCount count = new AreaCount();
    count.area = area.toString();
    count.start = context.window().getStart();
    count.trips = trips.iterator().next();
    count.complete = context.currentWatermark() >= context.window().maxTimestamp();
    out.collect(count);
  }
}
