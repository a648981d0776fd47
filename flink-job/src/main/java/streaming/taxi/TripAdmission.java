package streaming.taxi;

import ch.hsr.geohash.GeoHash;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.metrics.Counter;
import streaming.JobMetrics;
import streaming.admission.Admission;
import streaming.admission.WindowEnds;
import streaming.settings.JobSettings;

/** Admits trips, each with its zone, its cell and its airport. */
final class TripAdmission extends Admission<Trip, TripGroup> {
  private static final long serialVersionUID = 1L;

  /** The codes of the airports by their taxi zones. */
  private static final Map<Integer, String> AIRPORTS = Map.of(1, "EWR", 132, "JFK", 138, "LGA");

  private final long demandLength;
  private final long demandSlide;
  private final long airportsLength;
  private final int geohashPrecision;

  private transient Map<Integer, String> cells;
  private transient Counter unknownZone;

  TripAdmission(JobSettings settings) {
    super("trip", settings);
    demandLength = settings.duration("demand.windowMinutes").toMillis();
    demandSlide = settings.duration("demand.slideMinutes").toMillis();
    airportsLength = settings.duration("airports.windowMinutes").toMillis();
    geohashPrecision = settings.integer("demand.geohashPrecision");
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
    if (Zone.find(trip.pickupZone) == null) {
      unknownZone.inc();
    } else {
      demand = Optional.of(WindowEnds.of(eventTime, demandLength, demandSlide));
    }
    if (!AIRPORTS.containsKey(trip.dropoffZone)) {
      return demand;
    }
    WindowEnds airports = WindowEnds.of(eventTime, airportsLength, airportsLength);
    return Optional.of(demand.map(airports::and).orElse(airports));
  }

  @Override
  protected TripGroup admit(Trip trip) {
    TripGroup group = new TripGroup();
    Zone zone = Zone.find(trip.pickupZone);
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
    group.trips = 1;
    return group;
  }
}
