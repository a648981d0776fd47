package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A place on the earth, in degrees. */
final class GeoPoint {
  final double latitude;
  final double longitude;

  GeoPoint(double latitude, double longitude) {
    this.latitude = latitude;
    this.longitude = longitude;
  }

  /** Writes the point in the form that OpenSearch reads as a geo_point. */
  void writeTo(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("location");
    json.writeNumberField("lat", latitude);
    json.writeNumberField("lon", longitude);
    json.writeEndObject();
  }
}
