package streaming.taxi;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A stream of trip events as unpleasant as real ones: out of order, late, sent twice, malformed,
 * from unknown and from folded zones, and to the airports.
 */
final class TripStream {
  private static final Instant START = Instant.parse("2019-03-01T15:30:00Z");
  private static final int[] ZONES = {1, 4, 48, 56, 57, 103, 104, 105, 132, 138, 230, 264, 265};

  private TripStream() {}

  /** The payloads of about that many trips, over six hours; the same seed gives the same ones. */
  static List<String> payloads(int trips, long seed) {
    Random random = new Random(seed);
    List<String> payloads = new ArrayList<>();
    for (int number = 0; number < trips; number++) {
      TripFixture trip =
          TripFixture.trip(number)
              .from(ZONES[random.nextInt(ZONES.length)])
              .to(ZONES[random.nextInt(ZONES.length)])
              .lasting(60 + random.nextInt(3600));
      long seconds = 6L * 3600 * number / trips - delay(random);
      trip.dropoffTime = START.plusSeconds(seconds);
      String payload = new String(trip.payload(), StandardCharsets.UTF_8);
      payloads.add(payload);
      if (random.nextInt(20) == 0) {
        int again = Math.max(0, payloads.size() - 1 - random.nextInt(400));
        payloads.add(payloads.get(again));
      }
      if (random.nextInt(50) == 0) {
        payloads.add(payload.substring(0, random.nextInt(payload.length())));
      }
    }
    return payloads;
  }

  /** Most trips arrive within a minute, one in twelve up to two hours later. */
  private static long delay(Random random) {
    return random.nextInt(12) == 0 ? random.nextInt(7200) : random.nextInt(60);
  }
}
