package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import streaming.window.WindowDocuments;

/** The documents of the trip durations to an airport. */
final class AirportDurations extends WindowDocuments<Durations, String> {
  static final String INDEX = "taxi-airport-durations";

  private static final long serialVersionUID = 1L;

  AirportDurations() {
    super(INDEX);
  }

  @Override
  protected void write(String airport, Durations durations, JsonGenerator json) throws IOException {
    json.writeStringField("airport", airport);
    durations.writeTo(json);
  }
}
