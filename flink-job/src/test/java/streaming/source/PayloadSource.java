package streaming.source;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A source of given payloads, in their order, with a watermark after every record. It can pause
 * after some of them; a run that continues from a savepoint, or after a failure, goes on with the
 * next.
 *
 * @param <E> the type of the event
 */
public final class PayloadSource<E> {
  /** Flink copies functions: the pause must be found under a name. */
  private static final Map<Integer, CountDownLatch> PAUSES = new ConcurrentHashMap<>();

  private static final AtomicInteger NEXT = new AtomicInteger();

  /** After the events of all tests. */
  private static final long ARRIVAL = Instant.parse("2019-12-31T00:00:00Z").toEpochMilli();

  private final EventReader<E> parser;
  private final int number = NEXT.incrementAndGet();
  private final List<String> payloads;
  private final Duration outOfOrderness;
  private final int pauseAfter;

  private PayloadSource(
      EventReader<E> parser, List<String> payloads, Duration outOfOrderness, int pauseAfter) {
    this.parser = parser;
    this.payloads = payloads;
    this.outOfOrderness = outOfOrderness;
    this.pauseAfter = pauseAfter;
    PAUSES.put(number, new CountDownLatch(1));
  }

  public static <E> PayloadSource<E> of(
      EventReader<E> parser, List<String> payloads, Duration outOfOrderness) {
    return new PayloadSource<>(parser, payloads, outOfOrderness, Integer.MAX_VALUE);
  }

  public static <E> PayloadSource<E> pausing(
      EventReader<E> parser, List<String> payloads, Duration outOfOrderness, int pauseAfter) {
    return new PayloadSource<>(parser, payloads, outOfOrderness, pauseAfter);
  }

  /** Waits until all records before the pause have left the source. */
  public void awaitPause() throws InterruptedException {
    PAUSES.get(number).await();
  }

  public DataStream<SourceRecord<E>> addTo(StreamExecutionEnvironment env) {
    EventReader<E> reader = parser;
    List<String> given = new ArrayList<>(payloads);
    int pause = pauseAfter;
    int name = number;
    DataGeneratorSource<SourceRecord<E>> source =
        new DataGeneratorSource<>(
            index ->
                reader.record(
                    given.get(index.intValue()).getBytes(StandardCharsets.UTF_8),
                    "shardId-000000000000",
                    Long.toString(index),
                    ARRIVAL,
                    Duration.ofHours(1).toMillis()),
            given.size(),
            parallelism -> new Pause(pause, name),
            reader.recordType());
    long bound = outOfOrderness.toMillis();
    return env.fromSource(
            source,
            WatermarkStrategy.<SourceRecord<E>>forGenerator(context -> new EveryRecord<>(bound))
                .withTimestampAssigner((record, timestamp) -> record.eventTime),
            "Payloads")
        .setParallelism(1)
        .uid("payloads");
  }

  private static final class EveryRecord<E> implements WatermarkGenerator<SourceRecord<E>> {
    private final long outOfOrderness;
    private long newest = Long.MIN_VALUE;

    private EveryRecord(long outOfOrderness) {
      this.outOfOrderness = outOfOrderness;
    }

    @Override
    public void onEvent(SourceRecord<E> record, long timestamp, WatermarkOutput output) {
      newest = Math.max(newest, record.eventTime);
      if (newest != SourceRecord.NO_EVENT_TIME) {
        output.emitWatermark(new Watermark(newest - outOfOrderness - 1));
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      // Every record has had its watermark.
    }
  }

  /** Lets some records pass and then none, once, without occupying the task's thread. */
  // Has a type parameter in Flink 2 alone.
  @SuppressWarnings("rawtypes")
  private static final class Pause implements RateLimiter {
    private final int name;
    private int left;

    private Pause(int records, int name) {
      this.left = records;
      this.name = name;
    }

    /** For Flink 2. */
    public CompletionStage<Void> acquire(int records) {
      return acquire();
    }

    /** For Flink 1. */
    public CompletionStage<Void> acquire() {
      CountDownLatch pause = PAUSES.get(name);
      if (left == 0 && pause.getCount() > 0) {
        pause.countDown();
        return new CompletableFuture<>();
      }
      left = Math.max(0, left - 1);
      return CompletableFuture.completedFuture(null);
    }
  }
}
