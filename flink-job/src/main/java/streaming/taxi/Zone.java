package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A taxi zone of the New York City Taxi and Limousine Commission, with a point inside it. */
final class Zone {
  final int id;
  final String name;
  final String borough;
  final double latitude;
  final double longitude;

  Zone(int id, String name, String borough, double latitude, double longitude) {
    this.id = id;
    this.name = name;
    this.borough = borough;
    this.latitude = latitude;
    this.longitude = longitude;
  }

  void writeTo(JsonGenerator json) throws IOException {
    json.writeNumberField("zone", id);
    json.writeStringField("zoneName", name);
    json.writeStringField("borough", borough);
    writeLocation(latitude, longitude, json);
  }

  /** Writes a point in the form that OpenSearch reads as a geo_point. */
  static void writeLocation(double latitude, double longitude, JsonGenerator json)
      throws IOException {
    json.writeObjectFieldStart("location");
    json.writeNumberField("lat", latitude);
    json.writeNumberField("lon", longitude);
    json.writeEndObject();
  }
}
