package streaming.taxi;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the job must find, computed by going through the payloads one after the other and trying
 * every window: slow, and without anything of the job but the zone table and the geohash.
 */
final class ExpectedDocuments {
  private static final long DEMAND_WINDOW = 15 * 60_000;
  private static final long DEMAND_SLIDE = 5 * 60_000;
  private static final long AIRPORTS_WINDOW = 60 * 60_000;
  private static final Map<Integer, String> AIRPORTS = Map.of(1, "EWR", 132, "JFK", 138, "LGA");
  private static final Map<Integer, Integer> FOLDED = Map.of(57, 56, 104, 103, 105, 103);

  private final ZoneTable zones = ZoneTable.load();

  /** Trips of each window by index and document id. */
  private final Map<String, Long> trips = new HashMap<>();

  private final Map<String, Long> seconds = new HashMap<>();
  private final Map<String, String> deadLetters = new HashMap<>();
  private final Set<String> counted = new HashSet<>();
  private long watermark = Long.MIN_VALUE;

  long malformed;
  long late;
  long partlyLate;
  long duplicates;
  long unknownZone;

  static ExpectedDocuments of(List<String> payloads, long outOfOrdernessMilliseconds) {
    ExpectedDocuments expected = new ExpectedDocuments();
    for (int position = 0; position < payloads.size(); position++) {
      expected.add(payloads.get(position), position, outOfOrdernessMilliseconds);
    }
    return expected;
  }

  /** The expected documents by index and id, as text that names what is counted. */
  Map<String, String> documents() {
    Map<String, String> documents = new TreeMap<>(deadLetters);
    trips.forEach(
        (key, count) ->
            documents.put(
                key,
                seconds.containsKey(key)
                    ? count + " trips, " + (double) seconds.get(key) / count + " s"
                    : count + " trips"));
    return documents;
  }

  private void add(String payload, int position, long outOfOrderness) {
    Map<String, Object> event;
    try {
      event = JSON.std.mapFrom(payload);
    } catch (IOException malformedPayload) {
      malformed++;
      deadLetters.put(deadLetter(position), "malformed");
      return;
    }
    long dropoff = Instant.parse((String) event.get("dropoffTime")).toEpochMilli();
    long pickup = Instant.parse((String) event.get("pickupTime")).toEpochMilli();
    count(event, dropoff, (dropoff - pickup) / 1000, position);
    watermark = Math.max(watermark, dropoff - outOfOrderness - 1);
  }

  private void count(Map<String, Object> event, long time, long duration, int position) {
    int pickupZone = (Integer) event.get("pickupZone");
    int zone = FOLDED.getOrDefault(pickupZone, pickupZone);
    String airport = AIRPORTS.get((Integer) event.get("dropoffZone"));
    Set<String> open = new HashSet<>();
    int closed = 0;
    if (zone < 264) {
      String cell = Geohash.encode(zones.find(zone).location, 6);
      long first = time / DEMAND_SLIDE * DEMAND_SLIDE - DEMAND_WINDOW;
      for (long start = first; start <= time; start += DEMAND_SLIDE) {
        if (start + DEMAND_WINDOW > time) {
          if (start + DEMAND_WINDOW - 1 > watermark) {
            open.add("taxi-demand-zones/" + zone + "-" + start / 1000);
            open.add("taxi-demand-cells/" + cell + "-" + start / 1000);
          } else {
            closed++;
          }
        }
      }
    } else {
      unknownZone++;
    }
    if (airport != null) {
      long start = time - time % AIRPORTS_WINDOW;
      if (start + AIRPORTS_WINDOW - 1 > watermark) {
        open.add("taxi-airport-durations/" + airport + "-" + start / 1000);
      } else {
        closed++;
      }
    }
    if (open.isEmpty()) {
      if (closed > 0) {
        late++;
        deadLetters.put(deadLetter(position), "late");
      }
    } else if (!counted.add((String) event.get("id"))) {
      duplicates++;
    } else {
      partlyLate += closed > 0 ? 1 : 0;
      for (String document : open) {
        trips.merge(document, 1L, Long::sum);
        if (document.startsWith("taxi-airport")) {
          seconds.merge(document, duration, Long::sum);
        }
      }
    }
  }

  private static String deadLetter(int position) {
    return "dead-letters/shardId-000000000000-" + position;
  }
}
