package streaming.taxi;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The taxi zones with their places, from taxi-zones.csv. */
final class ZoneTable {
  private static final String RESOURCE = "/taxi-zones.csv";

  /** Zones that the table has under a neighbour's id. */
  private static final Map<Integer, Integer> FOLDED = Map.of(57, 56, 104, 103, 105, 103);

  static final ZoneTable ALL = load();

  private final Map<Integer, Zone> zones = new HashMap<>();

  private ZoneTable(List<String> lines) {
    // LocationID,Zone,Borough,Latitude,Longitude
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      int id = Integer.parseInt(cells[0]);
      double latitude = Double.parseDouble(cells[3]);
      zones.put(id, new Zone(id, cells[1], cells[2], latitude, Double.parseDouble(cells[4])));
    }
    FOLDED.forEach((folded, neighbour) -> zones.put(folded, zones.get(neighbour)));
  }

  static ZoneTable load() {
    try (InputStream resource = ZoneTable.class.getResourceAsStream(RESOURCE);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return new ZoneTable(reader.lines().collect(Collectors.toList()));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + RESOURCE, e);
    }
  }

  /** The zone that counts for a location id, or null if the place of the id is unknown. */
  Zone find(int locationId) {
    return zones.get(locationId);
  }
}
