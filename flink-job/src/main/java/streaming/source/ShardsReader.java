package streaming.source;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MeterView;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import streaming.JobMetrics;
import streaming.retry.Patience;
import streaming.settings.JobSettings;

/**
 * Reads the shards of one subtask. Answers arrive on threads of the client and are processed by the
 * thread of the task, which alone changes anything else.
 */
final class ShardsReader<E> implements SourceReader<SourceRecord<E>, ShardSplit> {
  /** Time for which a shard without known children holds the watermark after its end. */
  static final Duration HANDOVER = Duration.ofSeconds(30);

  /** How often watermarks are given, in milliseconds; Flink's own default. */
  private static final long TICK = 200;

  /** A shard that is read no further behind than that is read live. */
  private static final long LIVE_MILLISECONDS = 1_000;

  /** Records that may follow each other before the slowest shard is looked for. */
  private static final int RUN = 500;

  /** Records of a shard that may wait when the next ones are requested: about one answer. */
  private static final int PREFETCHED_RECORDS = 10_000;

  /** Bytes that may wait before answers are requested one at a time. */
  private static final long PREFETCHED_BYTES = 16L << 20;

  private final SourceReaderContext context;
  private final EventReader<E> parser;
  private final JobSettings settings;
  private final KinesisAsyncClient client;
  private final Counter retries;
  private final long maxAhead;
  private final long maxDrift;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(new ExecutorThreadFactory("kinesis-source-clock"));
  private final Queue<Runnable> received = new ConcurrentLinkedQueue<>();
  private volatile CompletableFuture<Void> available = new CompletableFuture<>();

  private final Map<String, ActiveShard> shards = new LinkedHashMap<>();

  /**
   * Shards that have ended, with the first checkpoint after that: until it is complete, the
   * enumerator may not know of the end.
   */
  private final Map<ShardSplit, Long> ended = new HashMap<>();

  private ActiveShard current;
  private int run;
  private long waitingBytes;
  private long nextTick;
  private boolean begun;
  private long limit = Long.MAX_VALUE;
  private long reported = Long.MAX_VALUE;

  /** Event time up to which shards are read. */
  private long farthest = Long.MAX_VALUE;

  /** Milliseconds by which the slowest shard is behind; minus one until one is known. */
  private volatile long lag = -1;

  ShardsReader(
      SourceReaderContext context,
      EventReader<E> parser,
      JobSettings settings,
      KinesisClients clients) {
    this.context = context;
    this.parser = parser;
    this.settings = settings;
    client =
        settings.optional("source.consumerArn").isPresent()
            ? clients.subscriptions()
            : clients.requests();
    retries = JobMetrics.counter(context.metricGroup(), JobMetrics.RETRIES);
    maxAhead = settings.duration("source.maxAheadSeconds").toMillis();
    maxDrift = settings.duration("source.maxDriftSeconds").toMillis();
  }

  @Override
  public void start() {
    JobMetrics.gauge(context.metricGroup(), JobMetrics.LAG, () -> lag);
    clock.scheduleAtFixedRate(() -> available.complete(null), TICK, TICK, TimeUnit.MILLISECONDS);
  }

  @Override
  public void addSplits(List<ShardSplit> splits) {
    for (ShardSplit split : splits) {
      shards.put(split.shardId, new ActiveShard(split));
    }
    nextTick = 0;
    available.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    // A stream has no last shard.
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof ShardEvents.Time) {
      limit = ((ShardEvents.Time) event).eventTime;
      begun = true;
    } else if (event instanceof ShardEvents.End) {
      ActiveShard parent = shards.get(((ShardEvents.End) event).shardId);
      if (parent != null) {
        parent.holdsUntil = 0;
      }
    }
    available.complete(null);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<SourceRecord<E>> output) throws Exception {
    for (Runnable task = received.poll(); task != null; task = received.poll()) {
      task.run();
    }
    long now = System.currentTimeMillis();
    if (now >= nextTick) {
      nextTick = now + TICK;
      tick(output, now);
    }
    if (current == null || run >= RUN || !current.isReadable() || current.isAhead()) {
      choose();
    }
    if (current != null) {
      run++;
      current.emit(now);
      return InputStatus.MORE_AVAILABLE;
    }
    available = new CompletableFuture<>();
    if (!received.isEmpty()) {
      available.complete(null);
    }
    return InputStatus.NOTHING_AVAILABLE;
  }

  /** The slowest shard is next, so that all come about equally far. */
  private void choose() {
    shards.values().forEach(ActiveShard::ask);
    run = 0;
    long slowest = slowest();
    if (ShardEvents.Time.isStep(reported, slowest, maxDrift)) {
      report(slowest);
    }
    farthest = slowest >= Long.MAX_VALUE - maxDrift ? limit : Math.min(limit, slowest + maxDrift);
    current =
        shards.values().stream()
            .filter(shard -> shard.isReadable() && !shard.isAhead())
            .min(Comparator.comparingLong(shard -> shard.time.newestEventTime()))
            .orElse(null);
  }

  /** The event time of the slowest shard with records left to read. */
  private long slowest() {
    return shards.values().stream()
        .filter(ActiveShard::hasRecordsLeft)
        .mapToLong(shard -> shard.time.newestEventTime())
        .filter(time -> time != SourceRecord.NO_EVENT_TIME)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void tick(ReaderOutput<SourceRecord<E>> output, long now) {
    List<ActiveShard> opened = new ArrayList<>(shards.values());
    opened.stream().filter(shard -> shard.output == null).forEach(shard -> shard.open(output));
    for (Iterator<ActiveShard> each = shards.values().iterator(); each.hasNext(); ) {
      ActiveShard shard = each.next();
      if (shard.hasEnded && now >= shard.holdsUntil) {
        output.releaseOutputForSplit(shard.split.shardId);
        ended.put(shard.snapshot(), Long.MAX_VALUE);
        each.remove();
        continue;
      }
      shard.emitWatermark(now);
    }
    if (shards.isEmpty() && begun) {
      output.markIdle();
    }
    report(slowest());
  }

  private void report(long slowest) {
    if (slowest != reported) {
      reported = slowest;
      context.sendSourceEventToCoordinator(new ShardEvents.Time(slowest));
    }
  }

  @Override
  public List<ShardSplit> snapshotState(long checkpoint) {
    List<ShardSplit> splits = new ArrayList<>();
    shards.values().forEach(shard -> splits.add(shard.snapshot()));
    ended.replaceAll((split, first) -> Math.min(first, checkpoint));
    splits.addAll(ended.keySet());
    return splits;
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    ended.values().removeIf(first -> first <= checkpoint);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return available;
  }

  @Override
  public void close() {
    shards.values().forEach(shard -> shard.fetch.close());
    clock.shutdownNow();
    client.close();
  }

  /** A record, or a part of an aggregated one. */
  private static final class Part {
    private final String sequenceNumber;
    private final long subSequence;
    private final long arrival;
    private final byte[] payload;

    private Part(String sequenceNumber, long subSequence, long arrival, byte[] payload) {
      this.sequenceNumber = sequenceNumber;
      this.subSequence = subSequence;
      this.arrival = arrival;
      this.payload = payload;
    }
  }

  private final class ActiveShard implements ShardFetch.Receiver {
    private final ShardSplit split;
    private final ShardTime time;
    private final ShardFetch fetch;
    private final MeterView records;
    private final Deque<Part> waiting = new ArrayDeque<>();

    private SourceOutput<SourceRecord<E>> output;
    private Part last;
    private boolean isAsked;
    private boolean hasLastAnswer;
    private boolean hasEnded;
    private long holdsUntil = Long.MAX_VALUE;
    private long lastWatermark = ShardTime.HELD;

    /** Read by the thread of metrics, too. */
    private volatile long millisBehindLatest;

    private ActiveShard(ShardSplit split) {
      this.split = split;
      time =
          new ShardTime(
              settings.duration("source.outOfOrdernessSeconds"),
              settings.duration("source.idlenessSeconds"),
              split.newestEventTime,
              System.currentTimeMillis());
      hasLastAnswer = split.position.isEnded();
      Patience.Attempts attempts = Patience.DEFAULT.attempts("Reading " + split.shardId, retries);
      String consumer = settings.optional("source.consumerArn").orElse(null);
      // A subscription may be silent from the beginning, a poll is always answered.
      millisBehindLatest = consumer == null ? Long.MAX_VALUE : 0;
      fetch =
          consumer == null
              ? new PollingFetch(
                  client, settings.text("source.streamName"), split, attempts, clock, this)
              : new FanOutFetch(client, consumer, split, attempts, clock, this);
      MetricGroup metrics =
          context.metricGroup().addGroup("KinesisStreamSource").addGroup("shardId", split.shardId);
      // Minus one until it is known.
      metrics.gauge(
          "millisBehindLatest",
          () -> millisBehindLatest == Long.MAX_VALUE ? -1 : millisBehindLatest);
      records = metrics.meter("recordsPerSecond", new MeterView(5));
      ask();
    }

    private void open(ReaderOutput<SourceRecord<E>> readerOutput) {
      output = readerOutput.createOutputForSplit(split.shardId);
      output.markActive();
      endIfRead();
    }

    @Override
    public void onAnswer(ShardFetch.Answer answer) {
      receive(() -> take(answer));
    }

    @Override
    public void onFailure(Exception failure) {
      receive(
          () -> {
            throw new IllegalStateException(
                split.shardId + " cannot be read: " + failure.getMessage(), failure);
          });
    }

    private void receive(Runnable task) {
      received.add(task);
      available.complete(null);
    }

    private void take(ShardFetch.Answer answer) {
      isAsked = false;
      for (Record record : answer.records) {
        take(record);
      }
      millisBehindLatest = answer.millisBehindLatest;
      lag =
          shards.values().stream()
              .mapToLong(shard -> shard.millisBehindLatest)
              .filter(behind -> behind != Long.MAX_VALUE)
              .max()
              .orElse(-1);
      hasLastAnswer = answer.isLast;
      ask();
      endIfRead();
    }

    private void take(Record record) {
      byte[] data = record.data().asByteArrayUnsafe();
      String number = record.sequenceNumber();
      long arrival = record.approximateArrivalTimestamp().toEpochMilli();
      List<byte[]> payloads = Aggregation.payloads(data, split);
      if (payloads == null) {
        add(new Part(number, ShardPosition.WHOLE, arrival, data));
        return;
      }
      for (int place = 0; place < payloads.size(); place++) {
        if (payloads.get(place) != null && !split.position.includes(number, place)) {
          add(new Part(number, place, arrival, payloads.get(place)));
        }
      }
    }

    private void add(Part part) {
      waiting.add(part);
      waitingBytes += part.payload.length;
    }

    /** Asks for records while those of the answer before are on their way through the job. */
    private void ask() {
      if (!isAsked
          && !hasLastAnswer
          && (waiting.isEmpty()
              || waiting.size() < PREFETCHED_RECORDS && waitingBytes < PREFETCHED_BYTES)) {
        isAsked = true;
        fetch.next();
      }
    }

    private boolean isReadable() {
      return !waiting.isEmpty() && output != null;
    }

    private boolean isAhead() {
      return time.newestEventTime() > farthest;
    }

    private boolean hasRecordsLeft() {
      return !waiting.isEmpty() || !hasLastAnswer && millisBehindLatest > 0;
    }

    private void emit(long now) {
      last = waiting.remove();
      waitingBytes -= last.payload.length;
      records.markEvent();
      SourceRecord<E> record =
          parser.record(
              last.payload,
              split.shardId,
              last.subSequence == ShardPosition.WHOLE
                  ? last.sequenceNumber
                  : last.sequenceNumber + "-" + last.subSequence,
              last.arrival,
              maxAhead);
      record.live = millisBehindLatest <= LIVE_MILLISECONDS;
      output.collect(record, record.eventTime);
      if (record.problem == null) {
        time.emitted(record.eventTime, last.arrival, now);
      }
      if (waiting.isEmpty()) {
        ask();
        endIfRead();
      }
    }

    private void emitWatermark(long now) {
      long watermark = time.watermark(hasRecordsLeft() || hasEnded, now);
      if (watermark == ShardTime.IDLE) {
        output.markIdle();
        return;
      }
      output.markActive();
      if (watermark > lastWatermark) {
        lastWatermark = watermark;
        output.emitWatermark(new Watermark(watermark));
      }
    }

    private void endIfRead() {
      if (hasLastAnswer && waiting.isEmpty() && output != null && !hasEnded) {
        hasEnded = true;
        holdsUntil = System.currentTimeMillis() + HANDOVER.toMillis();
        fetch.close();
        context.sendSourceEventToCoordinator(new ShardEvents.End(split.shardId));
      }
    }

    private ShardSplit snapshot() {
      ShardPosition position = split.position;
      if (hasEnded) {
        position = ShardPosition.ENDED;
      } else if (last != null) {
        position = ShardPosition.after(last.sequenceNumber, last.subSequence);
      }
      return split.at(position, time.newestEventTime());
    }
  }
}
