package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A taxi zone of the New York City Taxi and Limousine Commission. */
final class Zone {
  final int id;
  final String name;
  final String borough;

  /** A point inside the zone. */
  final GeoPoint location;

  Zone(int id, String name, String borough, GeoPoint location) {
    this.id = id;
    this.name = name;
    this.borough = borough;
    this.location = location;
  }

  /** Writes what documents say about a zone. */
  void writeTo(JsonGenerator json) throws IOException {
    json.writeNumberField("zone", id);
    json.writeStringField("zoneName", name);
    json.writeStringField("borough", borough);
    location.writeTo(json);
  }
}
