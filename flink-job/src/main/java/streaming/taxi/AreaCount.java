package streaming.taxi;

import java.io.IOException;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import streaming.window.EarlyResultTrigger;
import streaming.window.WindowSum;

/** How many trips an area had in a window, so far or finally. */
public class AreaCount {
  /** A zone's number or a cell's geohash. */
  public String area;

  /** Start of the window in milliseconds since the epoch. */
  public long start;

  public long trips;

  /** Whether the window is closed. */
  public boolean complete;

  /** Whether it is an early count of trips that were read when they arrived. */
  public boolean live;

  /** Adds up the trips of a window. */
  static final class Sum implements WindowSum<TripGroup, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(TripGroup group, Long trips) {
      return trips + group.trips;
    }
  }

  /** Names the area and the window of a sum. */
  static final class OfWindow<K> extends ProcessWindowFunction<Long, AreaCount, K, TimeWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void process(K area, Context context, Iterable<Long> trips, Collector<AreaCount> out)
        throws IOException {
      AreaCount count = new AreaCount();
      count.area = area.toString();
      count.start = context.window().getStart();
      count.trips = trips.iterator().next();
      count.complete = context.currentWatermark() >= context.window().maxTimestamp();
      count.live = EarlyResultTrigger.isLive(context.windowState()) && !count.complete;
      out.collect(count);
    }
  }
}
