package streaming.taxi;

import ch.hsr.geohash.GeoHash;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import streaming.JobMetrics;
import streaming.admission.Admission;
import streaming.admission.WindowEnds;
import streaming.source.SourceRecord;

/** Admits trips, each with its zone, its cell and its airport. */
final class TripAdmission extends Admission<Trip, TripGroup> {
  private static final long serialVersionUID = 1L;

  /** The codes of the airports by their taxi zones. */
  private static final Map<Integer, String> AIRPORTS = Map.of(1, "EWR", 132, "JFK", 138, "LGA");

  private final TripWindows windows;
  private final int geohashPrecision;

  private transient Map<Integer, String> cells;
  private transient Counter unknownZone;

  /**
   * @param geohashPrecision number of characters of a cell's geohash
   * @param maxAhead how far after the present a trip may lie
   */
  TripAdmission(TripWindows windows, int geohashPrecision, Duration maxAhead) {
    super("trip", maxAhead);
    this.windows = windows;
    this.geohashPrecision = geohashPrecision;
  }

  /** The key to partition by: the trip, or the position of a record without one. */
  static String keyOf(SourceRecord<Trip> record) {
    return record.event == null ? positionOf(record) : record.event.id;
  }

  @Override
  public void open() throws Exception {
    super.open();
    cells = new HashMap<>();
    unknownZone = JobMetrics.counter(metrics, JobMetrics.UNKNOWN_ZONE);
  }

  @Override
  protected Optional<WindowEnds> windowsOf(Trip trip, long eventTime) {
    Optional<WindowEnds> demand = Optional.empty();
    if (ZoneTable.ALL.find(trip.pickupZone) == null) {
      unknownZone.inc();
    } else {
      demand = Optional.of(windows.demand(eventTime));
    }
    if (!AIRPORTS.containsKey(trip.dropoffZone)) {
      return demand;
    }
    WindowEnds airports = windows.airports(eventTime);
    return Optional.of(demand.map(airports::and).orElse(airports));
  }

  @Override
  protected TripGroup admit(SourceRecord<Trip> record, long watermark) {
    Trip trip = record.event;
    TripGroup group = new TripGroup();
    Zone zone = ZoneTable.ALL.find(trip.pickupZone);
    if (zone != null) {
      group.zone = zone.id;
      group.cell =
          cells.computeIfAbsent(
              zone.id,
              id ->
                  GeoHash.geoHashStringWithCharacterPrecision(
                      zone.latitude, zone.longitude, geohashPrecision));
    }
    group.airport = AIRPORTS.get(trip.dropoffZone);
    if (group.airport != null) {
      group.durations = new long[] {trip.dropoffTime - trip.pickupTime};
    }
    group.admittedAt = watermark;
    group.live = record.live;
    group.trips = 1;
    return group;
  }
}
