package streaming.taxi;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.List;
import streaming.source.EventReader;
import streaming.source.MalformedEventException;

/**
 * Reads trips and accepts what the producer's trip.schema.json accepts. That includes a drop-off
 * before the pick-up: the job does not correct wrong clocks.
 */
public final class TripParser extends EventReader<Trip> {
  private static final long serialVersionUID = 1L;

  private static final String INSTANT = "2019-03-01T18:00:00Z";

  public TripParser() {
    super(Trip.class, List.of("id", "pickupTime", "dropoffTime", "pickupZone", "dropoffZone"));
  }

  @Override
  public long eventTime(Trip trip) {
    return trip.dropoffTime * 1000;
  }

  @Override
  protected Trip create() {
    return new Trip();
  }

  @Override
  protected void read(String field, JsonParser json, Trip trip) throws IOException {
    switch (field) {
      case "id":
        trip.id = id(field, json);
        break;
      case "pickupTime":
        trip.pickupTime = instant(field, json, INSTANT);
        break;
      case "dropoffTime":
        trip.dropoffTime = instant(field, json, INSTANT);
        break;
      case "pickupZone":
        trip.pickupZone = (int) integer(field, json, 1, 265, "from 1 to 265");
        break;
      case "dropoffZone":
        trip.dropoffZone = (int) integer(field, json, 1, 265, "from 1 to 265");
        break;
      case "passengers":
        integer(field, json, 0, Double.POSITIVE_INFINITY, "of at least 0");
        break;
      case "distanceMiles":
      case "fareUsd":
      case "totalUsd":
        if (!(number(json) >= 0)) {
          throw invalid(field, json.getText(), "a number of at least 0");
        }
        break;
      default:
        throw new MalformedEventException(field + " is not a field of a trip");
    }
  }

  private static double integer(
      String field, JsonParser json, int lowest, double highest, String range) throws IOException {
    double value = number(json);
    if (!(value >= lowest && value <= highest && value == Math.rint(value))) {
      throw invalid(field, json.getText(), "an integer " + range);
    }
    return value;
  }

  /**
   * The number, or NaN, which is in no range, if it is too large or the token is something else.
   */
  private static double number(JsonParser json) throws IOException {
    double value = json.currentToken().isNumeric() ? json.getDoubleValue() : Double.NaN;
    return Double.isFinite(value) ? value : Double.NaN;
  }
}
