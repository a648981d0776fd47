package streaming.taxi;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
import streaming.source.RecordSchema;
import streaming.source.RecordSource;
import streaming.source.SourceRecord;

/**
 * A source of given payloads, in their order, with a watermark after every record. It can pause
 * after some of them; a run that continues from a savepoint goes on with the next.
 */
final class PayloadSource implements RecordSource<Trip> {
  /** Flink copies functions: the pause must be found under a name. */
  private static final Map<Integer, CountDownLatch> PAUSES = new ConcurrentHashMap<>();

  private static final AtomicInteger NEXT = new AtomicInteger();

  private final int number = NEXT.incrementAndGet();
  private final List<String> payloads;
  private final Duration outOfOrderness;
  private final int pauseAfter;

  private PayloadSource(List<String> payloads, Duration outOfOrderness, int pauseAfter) {
    this.payloads = payloads;
    this.outOfOrderness = outOfOrderness;
    this.pauseAfter = pauseAfter;
    PAUSES.put(number, new CountDownLatch(1));
  }

  static PayloadSource of(List<String> payloads, Duration outOfOrderness) {
    return new PayloadSource(payloads, outOfOrderness, Integer.MAX_VALUE);
  }

  static PayloadSource pausing(List<String> payloads, Duration outOfOrderness, int pauseAfter) {
    return new PayloadSource(payloads, outOfOrderness, pauseAfter);
  }

  /** Waits until all records before the pause have left the source. */
  void awaitPause() throws InterruptedException {
    PAUSES.get(number).await();
  }

  @Override
  public DataStream<SourceRecord<Trip>> addTo(StreamExecutionEnvironment env) {
    RecordSchema<Trip> schema = new RecordSchema<>(new TripParser());
    List<String> given = new ArrayList<>(payloads);
    int pause = pauseAfter;
    int name = number;
    DataGeneratorSource<SourceRecord<Trip>> source =
        new DataGeneratorSource<>(
            index ->
                schema.read(
                    given.get(index.intValue()).getBytes(StandardCharsets.UTF_8),
                    "shardId-000000000000",
                    Long.toString(index)),
            given.size(),
            parallelism -> new Pause(pause, name),
            schema.getProducedType());
    long bound = outOfOrderness.toMillis();
    return env.fromSource(
            source,
            WatermarkStrategy.<SourceRecord<Trip>>forGenerator(context -> new EveryRecord(bound))
                .withTimestampAssigner((record, timestamp) -> record.eventTime),
            "Payloads")
        .setParallelism(1)
        .uid("payloads");
  }

  private static final class EveryRecord implements WatermarkGenerator<SourceRecord<Trip>> {
    private final long outOfOrderness;
    private long newest = Long.MIN_VALUE;

    private EveryRecord(long outOfOrderness) {
      this.outOfOrderness = outOfOrderness;
    }

    @Override
    public void onEvent(SourceRecord<Trip> record, long timestamp, WatermarkOutput output) {
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

  /** Lets some records pass and then none, without occupying the task's thread. */
  private static final class Pause implements RateLimiter {
    private final int name;
    private int left;

    private Pause(int records, int name) {
      this.left = records;
      this.name = name;
    }

    @Override
    public CompletionStage<Void> acquire() {
      if (left == 0) {
        PAUSES.get(name).countDown();
        return new CompletableFuture<>();
      }
      left--;
      return CompletableFuture.completedFuture(null);
    }
  }
}
