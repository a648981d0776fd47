package streaming.taxi;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the job must find, computed by going through the payloads one after the other and trying
 * every window: slow, and without anything of the job but the zone table and the geohash.
 */
final class ExpectedDocuments {
  /** What a document counts, besides what it describes. */
  static final List<String> FIGURES =
      List.of("trips", "normal", "score", "averageSeconds", "p50Seconds", "p95Seconds", "areas");

  private static final long DEMAND_WINDOW = 15 * 60_000;
  private static final long DEMAND_SLIDE = 5 * 60_000;
  private static final long AIRPORTS_WINDOW = 60 * 60_000;
  private static final int NORMAL_WINDOWS = 4;
  private static final int TOP_AREAS = 10;
  private static final Map<Integer, String> AIRPORTS = Map.of(1, "EWR", 132, "JFK", 138, "LGA");
  private static final Map<Integer, Integer> FOLDED = Map.of(57, 56, 104, 103, 105, 103);

  /** The duration of each trip that a document counts, by index and document id. */
  private final Map<String, List<Long>> trips = new HashMap<>();

  private final Map<String, String> deadLetters = new HashMap<>();
  private final Set<String> counted = new HashSet<>();

  /** The watermark after the last payload. */
  long watermark = Long.MIN_VALUE;

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

  /** The figures of the expected documents by index and id; the reason of a dead letter. */
  Map<String, String> documents() {
    Map<String, String> documents = new TreeMap<>(deadLetters);
    trips.forEach(
        (key, durations) ->
            documents.put(
                key,
                (key.startsWith("taxi-demand") ? demand(key) : durations(durations)).toString()));
    documents.putAll(rankings("zones", Comparator.comparingInt(Integer::parseInt)));
    documents.putAll(rankings("cells", Comparator.naturalOrder()));
    return documents;
  }

  private Map<String, Object> demand(String key) {
    int count = trips.get(key).size();
    String area = key.substring(0, key.lastIndexOf('-') + 1);
    double before = 0;
    for (int window = 1; window <= NORMAL_WINDOWS; window++) {
      String other = area + (start(key) - window * DEMAND_WINDOW / 1000);
      before += trips.getOrDefault(other, List.of()).size();
    }
    double normal = before / NORMAL_WINDOWS;
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("trips", count);
    figures.put("normal", normal);
    figures.put("score", (count - normal) / Math.sqrt(Math.max(1, normal)));
    return figures;
  }

  private static Map<String, Object> durations(List<Long> durations) {
    List<Long> sorted = durations.stream().sorted().collect(Collectors.toList());
    double sum = sorted.stream().mapToLong(duration -> duration).sum();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("trips", sorted.size());
    figures.put("averageSeconds", sum / sorted.size());
    figures.put("p50Seconds", sorted.get((int) Math.ceil(sorted.size() * 50 / 100.0) - 1));
    figures.put("p95Seconds", sorted.get((int) Math.ceil(sorted.size() * 95 / 100.0) - 1));
    return figures;
  }

  private Map<String, String> rankings(String kind, Comparator<String> order) {
    String index = "taxi-demand-" + kind + "/";
    Map<Long, List<String>> keys = new HashMap<>();
    trips.keySet().stream()
        .filter(key -> key.startsWith(index))
        .forEach(key -> keys.computeIfAbsent(start(key), start -> new ArrayList<>()).add(key));
    Map<String, String> rankings = new HashMap<>();
    keys.forEach(
        (start, areas) -> {
          areas.sort(
              Comparator.<String>comparingInt(key -> -trips.get(key).size())
                  .thenComparing(key -> area(index, key), order));
          List<Map<String, Object>> ranking = new ArrayList<>();
          for (String key : areas.subList(0, Math.min(TOP_AREAS, areas.size()))) {
            String area = area(index, key);
            Map<String, Object> place = new LinkedHashMap<>();
            place.put("rank", ranking.size() + 1);
            place.put("area", area);
            place.put("name", kind.equals("zones") ? Zone.find(Integer.parseInt(area)).name : area);
            place.put("trips", trips.get(key).size());
            ranking.add(place);
          }
          rankings.put("taxi-top-areas/" + kind + "-" + start, Map.of("areas", ranking).toString());
        });
    return rankings;
  }

  private static String area(String index, String key) {
    return key.substring(index.length(), key.lastIndexOf('-'));
  }

  /** The window's start in an id, in seconds since the epoch. */
  static long start(String key) {
    return Long.parseLong(key.substring(key.lastIndexOf('-') + 1));
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
      String cell = cellOf(Zone.find(zone));
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
        if (zone < 264) {
          open.add("taxi-airport-origins/" + airport + "-" + zone + "-" + start / 1000);
        }
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
        trips.computeIfAbsent(document, key -> new ArrayList<>()).add(duration);
      }
    }
  }

  /** The geohash of a zone with six characters, of which each halves five times. */
  private static String cellOf(Zone zone) {
    double[][] ranges = {{-180, 180}, {-90, 90}};
    double[] point = {zone.longitude, zone.latitude};
    StringBuilder cell = new StringBuilder();
    for (int bit = 0, bits = 0; bit < 30; bit++) {
      double[] range = ranges[bit % 2];
      double middle = (range[0] + range[1]) / 2;
      boolean upper = point[bit % 2] >= middle;
      range[upper ? 0 : 1] = middle;
      bits = bits << 1 & 31 | (upper ? 1 : 0);
      if (bit % 5 == 4) {
        cell.append("0123456789bcdefghjkmnpqrstuvwxyz".charAt(bits));
      }
    }
    return cell.toString();
  }

  private static String deadLetter(int position) {
    return "dead-letters/shardId-000000000000-" + position;
  }
}
