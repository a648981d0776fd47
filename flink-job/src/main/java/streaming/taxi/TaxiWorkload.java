package streaming.taxi;

import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.datastream.WindowedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.transformations.PhysicalTransformation;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import streaming.document.Document;
import streaming.document.DocumentSink;
import streaming.settings.JobSettings;
import streaming.source.RecordSource;
import streaming.window.EarlyResultTrigger;
import streaming.window.OpenWindows;
import streaming.window.WindowDocuments;

/**
 * Pick-up demand per taxi zone and geohash cell, the areas with the most of it, and trip durations
 * to the airports.
 *
 * <p>All operators have the parallelism of the job, and those that make documents hand them to the
 * sink without a change of partition: the documents of one id pass one subtask of the sink, in
 * order.
 */
public final class TaxiWorkload {
  private final JobSettings settings;

  private TaxiWorkload(JobSettings settings) {
    this.settings = settings;
  }

  /** Adds the workload to a job, between a source and a sink. */
  public static void build(
      StreamExecutionEnvironment env,
      JobSettings settings,
      RecordSource<Trip> source,
      DocumentSink sink) {
    new TaxiWorkload(settings).build(env, source, sink);
  }

  private void build(StreamExecutionEnvironment env, RecordSource<Trip> source, DocumentSink sink) {
    // No operator changes what it has handed on: copies between them would be for nothing.
    env.getConfig().enableObjectReuse();
    TripWindows windows = TripWindows.of(settings);
    SingleOutputStreamOperator<TripGroup> trips =
        source
            .addTo(env)
            .keyBy(TripAdmission::keyOf, Types.STRING)
            .transform(
                "Trip admission",
                TypeInformation.of(TripGroup.class),
                new TripAdmission(windows, settings.geohashPrecision(), settings.maxAhead()))
            .uid("trip-admission");
    SingleOutputStreamOperator<TripGroup> groups =
        trips
            .transform(
                "Trip grouping",
                TypeInformation.of(TripGroup.class),
                new TripGrouping(windows.span()))
            .uid("trip-grouping");
    // Flink 1 would not chain it to the admission, as Flink 2 does.
    ((PhysicalTransformation<TripGroup>) groups.getTransformation())
        .setChainingStrategy(ChainingStrategy.ALWAYS);
    sink.addTo(
        demand(groups).union(airports(groups), trips.getSideOutput(TripAdmission.DEAD_LETTERS)));
  }

  private DataStream<Document> demand(DataStream<TripGroup> groups) {
    DataStream<TripGroup> placedTrips =
        groups
            .filter(group -> group.zone != TripGroup.NO_ZONE)
            .uid("placed-trips")
            .name("Trips with a zone");
    Duration length = settings.demandWindow();
    WindowAssigner<Object, TimeWindow> sliding =
        SlidingEventTimeWindows.of(length, settings.demandSlide());
    DataStream<AreaCount> zoneCounts =
        windowed(placedTrips.keyBy(group -> group.zone, Types.INT), sliding)
            .aggregate(new AreaCount.Sum(), new AreaCount.OfWindow<>())
            .uid("zone-demand")
            .name("Zone counts");
    DataStream<AreaCount> cellCounts =
        windowed(placedTrips.keyBy(group -> group.cell, Types.STRING), sliding)
            .aggregate(new AreaCount.Sum(), new AreaCount.OfWindow<>())
            .uid("cell-demand")
            .name("Cell counts");
    DataStream<Document> zoneDemand =
        keptKeyed(zoneCounts, count -> Integer.valueOf(count.area), Types.INT)
            .process(new AreaDemand<>(AreaKind.ZONES, length, settings.normalWindows()))
            .uid("zone-scores")
            .name("Zone demand");
    DataStream<Document> cellDemand =
        keptKeyed(cellCounts, count -> count.area, Types.STRING)
            .process(new AreaDemand<>(AreaKind.CELLS, length, settings.normalWindows()))
            .uid("cell-scores")
            .name("Cell demand");
    DataStream<Document> topZones =
        zoneCounts
            .keyBy(count -> count.start, Types.LONG)
            .process(
                new TopAreas(AreaKind.ZONES, length, settings.topAreas(), settings.earlyInterval()))
            .uid("top-zones")
            .name("Top zones");
    DataStream<Document> topCells =
        cellCounts
            .keyBy(count -> count.start, Types.LONG)
            .process(
                new TopAreas(AreaKind.CELLS, length, settings.topAreas(), settings.earlyInterval()))
            .uid("top-cells")
            .name("Top cells");
    return zoneDemand.union(cellDemand, topZones, topCells);
  }

  private DataStream<Document> airports(DataStream<TripGroup> groups) {
    DataStream<TripGroup> airportTrips =
        groups
            .filter(group -> group.airport != null)
            .uid("airport-trips")
            .name("Trips to an airport");
    DataStream<TripGroup> placedTrips =
        airportTrips
            .filter(group -> group.zone != TripGroup.NO_ZONE)
            .uid("placed-airport-trips")
            .name("Trips to an airport with a zone");
    WindowAssigner<Object, TimeWindow> tumbling =
        TumblingEventTimeWindows.of(settings.airportsWindow());
    DataStream<Document> durations =
        windowed(airportTrips.keyBy(group -> group.airport, Types.STRING), tumbling)
            .aggregate(
                new Durations.Sum(),
                new WindowDocuments<>("taxi-airport-durations", Durations::writeAirport))
            .uid("airport-durations")
            .name("Airport durations");
    DataStream<Document> origins =
        windowed(placedTrips.keyBy(Durations::originOf, Types.STRING), tumbling)
            .aggregate(
                new Durations.Sum(),
                new WindowDocuments<>("taxi-airport-origins", Durations::writeOrigin))
            .uid("airport-origins")
            .name("Airport origins");
    return durations.union(origins);
  }

  private <K> WindowedStream<TripGroup, K, TimeWindow> windowed(
      KeyedStream<TripGroup, K> groups, WindowAssigner<Object, TimeWindow> windows) {
    return groups
        .window(new OpenWindows(windows))
        .trigger(new EarlyResultTrigger(settings.earlyInterval()));
  }

  /** The counts of an area are where its windows are: no need to send them anywhere. */
  private static <K> KeyedStream<AreaCount, K> keptKeyed(
      DataStream<AreaCount> counts, KeySelector<AreaCount, K> area, TypeInformation<K> type) {
    return DataStreamUtils.reinterpretAsKeyedStream(counts, area, type);
  }
}
