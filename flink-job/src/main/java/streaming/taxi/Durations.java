package streaming.taxi;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Number and total duration of the trips of a window. */
public class Durations {
  public long trips;

  /** The sum of the durations, in seconds. */
  public long seconds;

  double averageSeconds() {
    return (double) seconds / trips;
  }

  static final class Sum implements AggregateFunction<TripGroup, Durations, Durations> {
    private static final long serialVersionUID = 1L;

    @Override
    public Durations createAccumulator() {
      return new Durations();
    }

    @Override
    public Durations add(TripGroup group, Durations durations) {
      durations.trips += group.trips;
      durations.seconds += group.seconds;
      return durations;
    }

    @Override
    public Durations getResult(Durations durations) {
      return durations;
    }

    @Override
    public Durations merge(Durations left, Durations right) {
      left.trips += right.trips;
      left.seconds += right.seconds;
      return left;
    }
  }
}
