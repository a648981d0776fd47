package streaming.taxi;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Counts the trips of a window. */
final class TripCount implements AggregateFunction<AdmittedTrip, Long, Long> {
  private static final long serialVersionUID = 1L;

  @Override
  public Long createAccumulator() {
    return 0L;
  }

  @Override
  public Long add(AdmittedTrip trip, Long trips) {
    return trips + 1;
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
