package streaming.taxi;

import java.time.Duration;
import java.util.Locale;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.datastream.WindowedStream;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.transformations.PhysicalTransformation;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import streaming.document.Document;
import streaming.settings.JobSettings;
import streaming.source.SourceRecord;
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
  private TaxiWorkload() {}

  /** Adds the workload to the job of its records and gives its documents. */
  public static DataStream<Document> of(
      JobSettings settings, DataStream<SourceRecord<Trip>> records) {
    // No operator changes what it has handed on: copies between them would be for nothing.
    records.getExecutionEnvironment().getConfig().enableObjectReuse();
    TypeInformation<TripGroup> type = TypeInformation.of(TripGroup.class);
    SingleOutputStreamOperator<TripGroup> trips =
        records
            .keyBy(
                record -> record.event == null ? record.position() : record.event.id, Types.STRING)
            .transform("Trip admission", type, new TripAdmission(settings))
            .uid("trip-admission");
    SingleOutputStreamOperator<TripGroup> groups =
        trips
            .transform(
                "Trip grouping",
                type,
                new TripGrouping(
                    settings.duration("demand.slideMinutes"),
                    settings.duration("airports.windowMinutes")))
            .uid("trip-grouping");
    // Flink 1 would not chain it to the admission, as Flink 2 does.
    ((PhysicalTransformation<TripGroup>) groups.getTransformation())
        .setChainingStrategy(ChainingStrategy.ALWAYS);
    DataStream<TripGroup> placed =
        groups
            .filter(group -> group.zone != TripGroup.NO_ZONE)
            .uid("placed-trips")
            .name("Trips with a zone");
    return demand(
            settings,
            AreaKind.ZONES,
            placed.keyBy(group -> group.zone, Types.INT),
            Integer::valueOf)
        .union(
            demand(
                settings,
                AreaKind.CELLS,
                placed.keyBy(group -> group.cell, Types.STRING),
                cell -> cell),
            airports(settings, groups),
            trips.getSideOutput(TripAdmission.DEAD_LETTERS));
  }

  /**
   * @param key of the name of an area
   */
  private static <K> DataStream<Document> demand(
      JobSettings settings,
      AreaKind kind,
      KeyedStream<TripGroup, K> trips,
      MapFunction<String, K> key) {
    Duration length = settings.duration("demand.windowMinutes");
    String prefix = kind.title.toLowerCase(Locale.ROOT);
    DataStream<AreaCount> counts =
        windowed(settings, trips, new OpenWindows(length, settings.duration("demand.slideMinutes")))
            .aggregate(new AreaCount.Sum(), new AreaCount.OfWindow<>())
            .uid(prefix + "-demand")
            .name(kind.title + " counts");
    // The counts of an area are where its windows are: no need to send them anywhere.
    DataStream<Document> demand =
        DataStreamUtils.reinterpretAsKeyedStream(
                counts, count -> key.map(count.area), trips.getKeyType())
            .process(new AreaDemand<>(kind, length, settings.integer("demand.normalWindows")))
            .uid(prefix + "-scores")
            .name(kind.title + " demand");
    DataStream<Document> top =
        counts
            .keyBy(count -> count.start, Types.LONG)
            .process(
                new TopAreas(
                    kind,
                    length,
                    settings.integer("demand.topAreas"),
                    settings.duration("results.earlyIntervalMilliseconds")))
            .uid("top-" + kind.plural)
            .name("Top " + kind.plural);
    return demand.union(top);
  }

  private static DataStream<Document> airports(JobSettings settings, DataStream<TripGroup> groups) {
    DataStream<TripGroup> trips =
        groups
            .filter(group -> group.airport != null)
            .uid("airport-trips")
            .name("Trips to an airport");
    DataStream<TripGroup> placedTrips =
        trips
            .filter(group -> group.zone != TripGroup.NO_ZONE)
            .uid("placed-airport-trips")
            .name("Trips to an airport with a zone");
    OpenWindows windows = new OpenWindows(settings.duration("airports.windowMinutes"));
    DataStream<Document> durations =
        windowed(settings, trips.keyBy(group -> group.airport, Types.STRING), windows)
            .aggregate(
                new Durations.Sum(),
                new WindowDocuments<>("taxi-airport-durations", Durations::writeAirport))
            .uid("airport-durations")
            .name("Airport durations");
    DataStream<Document> origins =
        windowed(settings, placedTrips.keyBy(Durations::originOf, Types.STRING), windows)
            .aggregate(
                new Durations.Sum(),
                new WindowDocuments<>("taxi-airport-origins", Durations::writeOrigin))
            .uid("airport-origins")
            .name("Airport origins");
    return durations.union(origins);
  }

  private static <K> WindowedStream<TripGroup, K, TimeWindow> windowed(
      JobSettings settings, KeyedStream<TripGroup, K> groups, OpenWindows windows) {
    return groups
        .window(windows)
        .trigger(new EarlyResultTrigger(settings.duration("results.earlyIntervalMilliseconds")));
  }
}
