package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import streaming.window.WindowDocuments;

/** The documents of the trip durations to an airport from one zone. */
final class AirportOrigins extends WindowDocuments<Durations, String> {
  static final String INDEX = "taxi-airport-origins";

  private static final long serialVersionUID = 1L;
  private static final String SEPARATOR = "-";

  private transient ZoneTable zones;

  AirportOrigins() {
    super(INDEX);
  }

  /** The key of trips with an airport and a zone. */
  static String keyOf(TripGroup group) {
    return group.airport + SEPARATOR + group.zone;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    super.open(context);
    zones = ZoneTable.load();
  }

  @Override
  protected void write(String key, Durations durations, JsonGenerator json) throws IOException {
    String[] airportAndZone = key.split(SEPARATOR);
    json.writeStringField("airport", airportAndZone[0]);
    zones.find(Integer.parseInt(airportAndZone[1])).writeTo(json);
    durations.writeTo(json);
  }
}
