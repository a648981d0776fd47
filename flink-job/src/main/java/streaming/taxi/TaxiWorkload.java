package streaming.taxi;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.datastream.WindowedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import streaming.search.Document;
import streaming.search.DocumentSink;
import streaming.settings.JobSettings;
import streaming.source.RecordSource;
import streaming.window.EarlyResultTrigger;
import streaming.window.OpenWindows;

/**
 * Pick-up demand per taxi zone and geohash cell, and average trip durations to the airports.
 *
 * <p>All operators have the parallelism of the job, and the windows hand their documents to the
 * sink without a change of partition: the documents of one id pass one subtask of the sink, in
 * order.
 */
public final class TaxiWorkload {
  private TaxiWorkload() {}

  /** Adds the workload to a job, between a source and a sink. */
  public static void build(
      StreamExecutionEnvironment env,
      JobSettings settings,
      RecordSource<Trip> source,
      DocumentSink sink) {
    TripWindows windows = TripWindows.of(settings);
    SingleOutputStreamOperator<TripGroup> trips =
        source
            .addTo(env)
            .keyBy(TripAdmission::keyOf, Types.STRING)
            .process(new TripAdmission(windows, settings.geohashPrecision()))
            .uid("trip-admission")
            .name("Trip admission");
    DataStream<TripGroup> groups =
        trips
            .transform(
                "Trip grouping",
                TypeInformation.of(TripGroup.class),
                new TripGrouping(windows.span()))
            .uid("trip-grouping");
    DataStream<TripGroup> placedTrips =
        groups
            .filter(group -> group.zone != TripGroup.NO_ZONE)
            .uid("placed-trips")
            .name("Trips with a zone");
    DataStream<TripGroup> airportTrips =
        groups
            .filter(group -> group.airport != null)
            .uid("airport-trips")
            .name("Trips to an airport");

    WindowAssigner<Object, TimeWindow> sliding =
        SlidingEventTimeWindows.of(settings.demandWindow(), settings.demandSlide());
    WindowAssigner<Object, TimeWindow> tumbling =
        TumblingEventTimeWindows.of(settings.airportsWindow());
    DataStream<Document> zoneDemand =
        windowed(placedTrips.keyBy(group -> group.zone, Types.INT), sliding, settings)
            .aggregate(new TripCount(), new ZoneDemand())
            .uid("zone-demand")
            .name("Zone demand");
    DataStream<Document> cellDemand =
        windowed(placedTrips.keyBy(group -> group.cell, Types.STRING), sliding, settings)
            .aggregate(new TripCount(), new CellDemand())
            .uid("cell-demand")
            .name("Cell demand");
    DataStream<Document> airportDurations =
        windowed(airportTrips.keyBy(group -> group.airport, Types.STRING), tumbling, settings)
            .aggregate(new Durations.Sum(), new AirportDurations())
            .uid("airport-durations")
            .name("Airport durations");

    sink.addTo(
        zoneDemand.union(
            cellDemand, airportDurations, trips.getSideOutput(TripAdmission.DEAD_LETTERS)));
  }

  private static <K> WindowedStream<TripGroup, K, TimeWindow> windowed(
      KeyedStream<TripGroup, K> groups,
      WindowAssigner<Object, TimeWindow> windows,
      JobSettings settings) {
    return groups
        .window(new OpenWindows(windows))
        .trigger(new EarlyResultTrigger(settings.earlyInterval()));
  }
}
