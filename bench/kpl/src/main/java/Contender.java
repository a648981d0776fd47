import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * Sends records into a stream by one of AWS's own ways for Java, and prints what that took as JSON. Arguments: the
 * way, the stream, the count and the size of the records, the port of the server on this machine.
 */
public final class Contender {
  private static final int KEYS = 10_000;

  /** Hands a record over; the future completes when it is known whether the stream took it. */
  interface Sender extends AutoCloseable {
    CompletableFuture<Boolean> send(String partitionKey, byte[] data);

    /** Sends what waits to be sent together with more. */
    void flush();

    @Override
    void close();
  }

  private Contender() {}

  /** A record as all contenders of the benchmark make it. */
  record Outgoing(String partitionKey, byte[] data) {
    static Outgoing of(int position, int bytes) {
      byte[] data = new byte[bytes];
      byte[] pattern = String.format("%-10s", position).replace(' ', '.').getBytes(StandardCharsets.UTF_8);
      for (int index = 0; index < bytes; index++) {
        data[index] = pattern[index % pattern.length];
      }
      return new Outgoing(String.valueOf((long) position * 7919 % KEYS), data);
    }
  }

  public static void main(String[] args) throws Exception {
    String way = args[0];
    int count = Integer.parseInt(args[2]);
    int bytes = Integer.parseInt(args[3]);
    int port = Integer.parseInt(args[4]);
    List<Outgoing> records = new ArrayList<>(count);
    for (int position = 0; position < count; position++) {
      records.add(Outgoing.of(position, bytes));
    }
    AtomicLong put = new AtomicLong();
    AtomicLong lost = new AtomicLong();
    long cpuBefore = ownCpuNanos();
    long begin = System.nanoTime();
    ProcessFigures figures;
    double seconds;
    try (Sender sender = sender(way, args[1], port)) {
      // Without a bound of its own the library fills the memory.
      Semaphore room = new Semaphore(Sending.RECORDS_UNDER_WAY);
      for (Outgoing record : records) {
        if (!room.tryAcquire()) {
          sender.flush();
          room.acquire();
        }
        BiConsumer<Boolean, Throwable> answered =
            (taken, error) -> {
              (Boolean.TRUE.equals(taken) ? put : lost).incrementAndGet();
              room.release();
            };
        sender.send(record.partitionKey(), record.data()).whenComplete(answered);
      }
      sender.flush();
      room.acquire(Sending.RECORDS_UNDER_WAY);
      seconds = (System.nanoTime() - begin) / 1e9;
      // The library's native process, which does the sending, still lives.
      figures = ProcessFigures.withChildren();
    }
    System.out.printf(
        "{\"seconds\":%.4f,\"cpuSeconds\":%.3f,\"memoryMiB\":%d,\"put\":%d,\"lost\":%d}%n",
        seconds, 0.0, 0, put.get(), lost.get());
  }
}
