import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends records into a stream by one of AWS's own ways for Java and prints what that took, as JSON. Arguments: the way
 * (kpl, kpl-aggregated or sdk), the stream, the count and the size of the records, the port of the server.
 */
public final class Contender {
  /** As in the benchmark's other contenders. */
  private static final int KEYS = 10_000;

  /** Without a bound of the caller the library takes records until the memory is full. */
  private static final int RECORDS_UNDER_WAY = 20_000;

  private Contender() {}

  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[2]);
    List<OutgoingRecord> records = records(count, Integer.parseInt(args[3]));
    AtomicLong put = new AtomicLong();
    try (Sender sender = sender(args[0], args[1], Integer.parseInt(args[4]))) {
      Semaphore room = new Semaphore(RECORDS_UNDER_WAY);
      double cpuBefore = ProcessTree.cpuSeconds();
      long begin = System.nanoTime();
      for (OutgoingRecord record : records) {
        room.acquire();
        sender.send(
            record,
            taken -> {
              if (taken) {
                put.incrementAndGet();
              }
              room.release();
            });
      }
      sender.flush();
      room.acquire(RECORDS_UNDER_WAY);
      double seconds = (System.nanoTime() - begin) / 1e9;
      // While the library's own process, which does the sending, is still there.
      System.out.printf(
          Locale.ROOT,
          "{\"seconds\":%.4f,\"cpuSeconds\":%.3f,\"memoryMiB\":%d,\"put\":%d,\"lost\":%d}%n",
          seconds,
          ProcessTree.cpuSeconds() - cpuBefore,
          ProcessTree.peakMemoryMiB(),
          put.get(),
          count - put.get());
    }
  }

  private static Sender sender(String way, String stream, int port) {
    return switch (way) {
      case "kpl" -> new LibrarySender(stream, port, false);
      case "kpl-aggregated" -> new LibrarySender(stream, port, true);
      case "sdk" -> new SdkSender(stream, port);
      default -> throw new IllegalArgumentException("kpl, kpl-aggregated or sdk, not " + way);
    };
  }

  /** The same records as those of the benchmark's other contenders. */
  private static List<OutgoingRecord> records(int count, int bytes) {
    List<OutgoingRecord> records = new ArrayList<>(count);
    for (int position = 0; position < count; position++) {
      String pattern = position + ".".repeat(Math.max(0, 10 - String.valueOf(position).length()));
      String text = pattern.repeat(bytes / pattern.length() + 1).substring(0, bytes);
      String partitionKey = String.valueOf(position * 7919L % KEYS);
      records.add(new OutgoingRecord(partitionKey, text.getBytes(StandardCharsets.US_ASCII)));
    }
    return records;
  }
}
