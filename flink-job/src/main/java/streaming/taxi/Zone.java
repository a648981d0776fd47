package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A taxi zone of the New York City Taxi and Limousine Commission, with a point inside it. */
final class Zone {
  private static final String RESOURCE = "/taxi-zones.csv";

  /** Zones that the table has under a neighbour's id. */
  private static final Map<Integer, Integer> FOLDED = Map.of(57, 56, 104, 103, 105, 103);

  private static final Map<Integer, Zone> ALL = load();

  final int id;
  final String name;
  final String borough;
  final double latitude;
  final double longitude;

  /**
   * @param line LocationID,Zone,Borough,Latitude,Longitude
   */
  private Zone(String line) {
    String[] cells = line.split(",", -1);
    id = Integer.parseInt(cells[0]);
    name = cells[1];
    borough = cells[2];
    latitude = Double.parseDouble(cells[3]);
    longitude = Double.parseDouble(cells[4]);
  }

  private static Map<Integer, Zone> load() {
    Map<Integer, Zone> zones = new HashMap<>();
    try (InputStream resource = Zone.class.getResourceAsStream(RESOURCE)) {
      String table = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      table.lines().skip(1).map(Zone::new).forEach(zone -> zones.put(zone.id, zone));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + RESOURCE, e);
    }
    FOLDED.forEach((folded, neighbour) -> zones.put(folded, zones.get(neighbour)));
    return zones;
  }

  /** The zone that counts for a location id, or null if the place of the id is unknown. */
  static Zone find(int locationId) {
    return ALL.get(locationId);
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
