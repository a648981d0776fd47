package streaming.trades;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A stream of trade events: out of order, late, sent twice, malformed, many at the same time. */
final class TradeStream {
  private static final Instant START = Instant.parse("2019-03-01T14:30:00Z");
  private static final String[] SYMBOLS = {"AMZN", "BRK.A", "F", "GE"};

  private TradeStream() {}

  /** The payloads of about that many trades, over half an hour. */
  static List<String> payloads(int trades, long seed) {
    Random random = new Random(seed);
    List<String> payloads = new ArrayList<>();
    for (int number = 0; number < trades; number++) {
      long milliseconds = 1_800_000L * number / trades - delay(random);
      // Only whole seconds now and then, so that trades share their time.
      Instant time = START.plusMillis(milliseconds / 500 * 500);
      String payload =
          String.format(
              "{\"id\":\"%032x\",\"symbol\":\"%s\",\"time\":\"%s\",\"price\":%d.%02d,"
                  + "\"quantity\":%d}",
              random.nextLong() & Long.MAX_VALUE,
              SYMBOLS[random.nextInt(SYMBOLS.length)],
              time.toString().replaceFirst("(:\\d\\d)Z$", "$1.000Z"),
              1 + random.nextInt(3000),
              random.nextInt(100),
              1 + random.nextInt(1000));
      payloads.add(payload);
      if (random.nextInt(20) == 0) {
        payloads.add(payloads.get(Math.max(0, payloads.size() - 1 - random.nextInt(50))));
      }
      if (random.nextInt(50) == 0) {
        payloads.add(payload.substring(0, random.nextInt(payload.length())));
      }
    }
    return payloads;
  }

  /** Most trades arrive within ten seconds, one in twelve up to four minutes later. */
  private static long delay(Random random) {
    return random.nextInt(12) == 0 ? random.nextInt(240_000) : random.nextInt(10_000);
  }
}
