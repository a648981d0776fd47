package streaming.taxi;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Counts the trips of a window. */
final class TripCount implements AggregateFunction<TripGroup, Long, Long> {
  private static final long serialVersionUID = 1L;

  @Override
  public Long createAccumulator() {
    return 0L;
  }

  @Override
  public Long add(TripGroup group, Long trips) {
    return trips + group.trips;
  }

  @Override
  public Long getResult(Long trips) {
    return trips;
  }

  @Override
  public Long merge(Long left, Long right) {
    return left + right;
  }
}
