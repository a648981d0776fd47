package streaming.taxi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import streaming.source.EventParser;
import streaming.source.MalformedEventException;

/**
 * Reads trips, token by token, and accepts what the producer's trip.schema.json accepts. That
 * includes a drop-off before the pick-up: what a clock said wrongly is not for the job to mend.
 */
public final class TripParser implements EventParser<Trip> {
  private static final long serialVersionUID = 1L;

  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern INSTANT =
      Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
  private static final int LAST_ZONE = 265;

  /** The required fields; one that has been read is marked in a bit set at its position. */
  private static final List<String> REQUIRED =
      List.of("id", "pickupTime", "dropoffTime", "pickupZone", "dropoffZone");

  private static final int ALL_REQUIRED = (1 << REQUIRED.size()) - 1;

  @Override
  public Trip parse(byte[] payload) throws MalformedEventException {
    try (JsonParser json = JSON.createParser(payload)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("the payload is not a JSON object");
      }
      Trip trip = new Trip();
      int seen = 0;
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        read(field, json, trip);
        seen |= bit(field);
      }
      if (seen != ALL_REQUIRED) {
        throw new MalformedEventException(missing(seen) + " is missing");
      }
      if (json.nextToken() != null) {
        throw new MalformedEventException("the payload goes on after the JSON object");
      }
      return trip;
    } catch (JsonProcessingException invalid) {
      throw new MalformedEventException("the payload is not JSON: " + invalid.getOriginalMessage());
    } catch (IOException invalid) {
      throw new MalformedEventException("the payload is not JSON: " + invalid.getMessage());
    }
  }

  @Override
  public long eventTime(Trip trip) {
    return trip.dropoffTime * 1000;
  }

  @Override
  public Class<Trip> eventType() {
    return Trip.class;
  }

  private static void read(String field, JsonParser json, Trip trip)
      throws IOException, MalformedEventException {
    switch (field) {
      case "id":
        trip.id = text(field, json, ID);
        break;
      case "pickupTime":
        trip.pickupTime = instant(field, json);
        break;
      case "dropoffTime":
        trip.dropoffTime = instant(field, json);
        break;
      case "pickupZone":
        trip.pickupZone = zone(field, json);
        break;
      case "dropoffZone":
        trip.dropoffZone = zone(field, json);
        break;
      case "passengers":
        checkCount(field, json);
        break;
      case "distanceMiles":
      case "fareUsd":
      case "totalUsd":
        checkAmount(field, json);
        break;
      default:
        throw new MalformedEventException(field + " is not a field of a trip");
    }
  }

  private static String text(String field, JsonParser json, Pattern pattern)
      throws IOException, MalformedEventException {
    String value = json.getText();
    if (json.currentToken() != JsonToken.VALUE_STRING || !pattern.matcher(value).matches()) {
      throw invalid(field, value, "a string that matches " + pattern);
    }
    return value;
  }

  private static long instant(String field, JsonParser json)
      throws IOException, MalformedEventException {
    String value = text(field, json, INSTANT);
    try {
      return LocalDateTime.of(
              digits(value, 0, 4),
              digits(value, 5, 7),
              digits(value, 8, 10),
              digits(value, 11, 13),
              digits(value, 14, 16),
              digits(value, 17, 19))
          .toEpochSecond(ZoneOffset.UTC);
    } catch (DateTimeException noSuchTime) {
      throw invalid(field, value, "an instant that exists");
    }
  }

  private static int digits(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }

  private static int zone(String field, JsonParser json)
      throws IOException, MalformedEventException {
    double value = number(json);
    if (!(value >= 1 && value <= LAST_ZONE && value == Math.rint(value))) {
      throw invalid(field, json.getText(), "an integer from 1 to " + LAST_ZONE);
    }
    return (int) value;
  }

  private static void checkCount(String field, JsonParser json)
      throws IOException, MalformedEventException {
    double value = number(json);
    if (!(value >= 0 && value == Math.rint(value))) {
      throw invalid(field, json.getText(), "an integer of at least 0");
    }
  }

  private static void checkAmount(String field, JsonParser json)
      throws IOException, MalformedEventException {
    if (!(number(json) >= 0)) {
      throw invalid(field, json.getText(), "a number of at least 0");
    }
  }

  /** The number, or NaN, which is in no range, if the token is something else. */
  private static double number(JsonParser json) throws IOException {
    return json.currentToken().isNumeric() ? json.getDoubleValue() : Double.NaN;
  }

  private static MalformedEventException invalid(String field, String value, String rule) {
    return new MalformedEventException(
        String.format("%s is \"%s\"; it must be %s", field, value, rule));
  }

  private static int bit(String field) {
    int position = REQUIRED.indexOf(field);
    return position < 0 ? 0 : 1 << position;
  }

  private static String missing(int seen) {
    List<String> missing = new ArrayList<>();
    for (String field : REQUIRED) {
      if ((seen & bit(field)) == 0) {
        missing.add(field);
      }
    }
    return String.join(", ", missing);
  }
}
