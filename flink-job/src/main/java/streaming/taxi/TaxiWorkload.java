package streaming.taxi;

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
    SingleOutputStreamOperator<AdmittedTrip> trips =
        source
            .addTo(env)
            .keyBy(TripAdmission::keyOf, Types.STRING)
            .process(new TripAdmission(TripWindows.of(settings), settings.geohashPrecision()))
            .uid("trip-admission")
            .name("Trip admission");
    DataStream<AdmittedTrip> placedTrips =
        trips
            .filter(trip -> trip.zone != AdmittedTrip.NO_ZONE)
            .uid("placed-trips")
            .name("Trips with a zone");
    DataStream<AdmittedTrip> airportTrips =
        trips.filter(trip -> trip.airport != null).uid("airport-trips").name("Trips to an airport");

    WindowAssigner<Object, TimeWindow> sliding =
        SlidingEventTimeWindows.of(settings.demandWindow(), settings.demandSlide());
    WindowAssigner<Object, TimeWindow> tumbling =
        TumblingEventTimeWindows.of(settings.airportsWindow());
    DataStream<Document> zoneDemand =
        windowed(placedTrips.keyBy(trip -> trip.zone, Types.INT), sliding, settings)
            .aggregate(new TripCount(), new ZoneDemand())
            .uid("zone-demand")
            .name("Zone demand");
    DataStream<Document> cellDemand =
        windowed(placedTrips.keyBy(trip -> trip.cell, Types.STRING), sliding, settings)
            .aggregate(new TripCount(), new CellDemand())
            .uid("cell-demand")
            .name("Cell demand");
    DataStream<Document> airportDurations =
        windowed(airportTrips.keyBy(trip -> trip.airport, Types.STRING), tumbling, settings)
            .aggregate(new Durations.Sum(), new AirportDurations())
            .uid("airport-durations")
            .name("Airport durations");

    sink.addTo(
        zoneDemand.union(
            cellDemand, airportDurations, trips.getSideOutput(TripAdmission.DEAD_LETTERS)));
  }

  private static <K> WindowedStream<AdmittedTrip, K, TimeWindow> windowed(
      KeyedStream<AdmittedTrip, K> trips,
      WindowAssigner<Object, TimeWindow> windows,
      JobSettings settings) {
    return trips
        .window(new OpenWindows(windows))
        .trigger(new EarlyResultTrigger(settings.earlyInterval()));
  }
}
