package streaming.source;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;
import streaming.JobMetrics;
import streaming.retry.Patience;
import streaming.settings.JobSettings;

/**
 * Finds the shards of the stream and assigns them: a child when its parents have been read, to the
 * reader of the parent that ended last, which holds its watermark until it has the child.
 *
 * <p>A job without a checkpoint of this source first waits for the positions that the previous
 * source may have left ({@link RestoredPositions}).
 */
final class ShardEnumerator implements SplitEnumerator<ShardSplit, KnownShards> {
  /** Interval of listing shards, in milliseconds. */
  private static final long DISCOVERY_INTERVAL = 10_000;

  /** Interval of alignment, in milliseconds. */
  private static final long ALIGNMENT_INTERVAL = 100;

  private static final long UNLIMITED = Long.MAX_VALUE;
  private static final int HASH_KEY_BITS = 128;
  private static final Logger LOG = LoggerFactory.getLogger(ShardEnumerator.class);

  private final SplitEnumeratorContext<ShardSplit> context;
  private final KinesisAsyncClient client;
  private final String stream;
  private final long configuredBeginning;
  private final long maxDrift;
  private final Patience.Attempts attempts;

  /** Null until the positions of the previous source are known. */
  private KnownShards shards;

  private Map<String, ShardPosition> restored = Map.of();
  private List<Shard> listed = new ArrayList<>();
  private boolean hasListed;

  /** The reader that a shard's parent has ended on. */
  private final Map<String, Integer> readerOfParent = new HashMap<>();

  /** Readers that have been notified that their initial shards are complete. */
  private final Set<Integer> begun = new HashSet<>();

  private final Map<Integer, Long> progress = new HashMap<>();
  private long limit = UNLIMITED;

  /** The newest shard that has been listed. Written by the thread that lists. */
  private volatile String newest;

  /**
   * @param shards of a checkpoint, or null
   */
  ShardEnumerator(
      SplitEnumeratorContext<ShardSplit> context,
      KinesisAsyncClient client,
      JobSettings settings,
      KnownShards shards) {
    this.context = context;
    this.client = client;
    stream = settings.text("source.streamName");
    configuredBeginning = KinesisSource.beginning(settings);
    maxDrift = settings.duration("source.maxDriftSeconds").toMillis();
    this.shards = shards;
    attempts =
        Patience.DEFAULT.attempts(
            "ListShards", JobMetrics.counter(context.metricGroup(), JobMetrics.RETRIES));
  }

  @Override
  public void start() {
    context.callAsync(this::list, this::onListed, 0, DISCOVERY_INTERVAL);
    context.callAsync(
        () -> null, (none, error) -> announceLimit(), ALIGNMENT_INTERVAL, ALIGNMENT_INTERVAL);
  }

  /** The shards after the newest in the order of their ids, which is that of their creation. */
  private List<Shard> list() throws Exception {
    ListShardsResponse page =
        client.listShards(list -> list.streamName(stream).exclusiveStartShardId(newest)).get();
    List<Shard> found = new ArrayList<>(page.shards());
    while (page.nextToken() != null) {
      String next = page.nextToken();
      page = client.listShards(list -> list.nextToken(next)).get();
      found.addAll(page.shards());
    }
    if (!found.isEmpty()) {
      newest = found.get(found.size() - 1).shardId();
    }
    return found;
  }

  private void onListed(List<Shard> found, Throwable error) {
    try {
      if (error != null) {
        // Shards are listed again at the next interval.
        attempts.failed(error);
        return;
      }
    } catch (IOException permanent) {
      throw new IllegalStateException(permanent.getMessage(), permanent);
    }
    attempts.succeeded();
    listed.addAll(found);
    if (!hasListed && shards != null) {
      // A shard that has expired is forgotten.
      shards.ended.retainAll(found.stream().map(Shard::shardId).collect(Collectors.toSet()));
    }
    hasListed = true;
    assign();
  }

  private void assign() {
    if (shards == null || !hasListed) {
      return;
    }
    listed.forEach(this::add);
    listed = new ArrayList<>();
    Iterator<KnownShards.Waiting> waiting = shards.waiting.values().iterator();
    while (waiting.hasNext()) {
      KnownShards.Waiting shard = waiting.next();
      int reader = readerOf(shard.split);
      if (shard.parents.stream().noneMatch(shards::isUnread)
          && context.registeredReaders().containsKey(reader)) {
        waiting.remove();
        shards.assigned.add(shard.split.shardId);
        LOG.info("{} is read from {}", shard.split.shardId, shard.split.position);
        context.assignSplit(shard.split, reader);
      }
    }
    for (int reader : context.registeredReaders().keySet()) {
      if (begun.add(reader)) {
        context.sendEventToSourceReader(reader, new ShardEvents.Time(limit));
      }
    }
  }

  private void add(Shard shard) {
    String id = shard.shardId();
    if (shards.contains(id)) {
      return;
    }
    ShardPosition position = restored.getOrDefault(id, ShardPosition.from(shards.beginning));
    if (position.isEnded()) {
      shards.ended.add(id);
      return;
    }
    // The previous source read children without waiting for their parents.
    List<String> parents = restored.containsKey(id) ? List.of() : parentsOf(shard);
    ShardSplit split =
        new ShardSplit(
            id,
            new BigInteger(shard.hashKeyRange().startingHashKey()),
            new BigInteger(shard.hashKeyRange().endingHashKey()),
            position,
            SourceRecord.NO_EVENT_TIME);
    shards.waiting.put(id, new KnownShards.Waiting(split, parents));
  }

  private static List<String> parentsOf(Shard shard) {
    return Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
        .filter(Objects::nonNull)
        .collect(Collectors.toList());
  }

  /** Readers have equal parts of the hash keys, and with them of the shards. */
  private int readerOf(ShardSplit split) {
    int parallelism = context.currentParallelism();
    Integer reader = readerOfParent.get(split.shardId);
    return reader != null && reader < parallelism
        ? reader
        : split
            .firstHashKey
            .multiply(BigInteger.valueOf(parallelism))
            .shiftRight(HASH_KEY_BITS)
            .intValue();
  }

  @Override
  public void handleSourceEvent(int reader, SourceEvent event) {
    if (event instanceof ShardEvents.Time) {
      progress.put(reader, ((ShardEvents.Time) event).eventTime);
      if (ShardEvents.Time.isStep(limit, nextLimit(), maxDrift)) {
        announceLimit();
      }
    } else if (event instanceof ShardEvents.End) {
      onEnded(reader, ((ShardEvents.End) event).shardId);
    } else if (shards == null) {
      ShardEvents.Restored previous = (ShardEvents.Restored) event;
      restored = previous.positions;
      shards =
          new KnownShards(previous.beginning == null ? configuredBeginning : previous.beginning);
      LOG.info(
          restored.isEmpty()
              ? "The job begins with this source"
              : "The job continues from the positions of the previous source in {} shards",
          restored.size());
      assign();
    }
  }

  /** The children may not have been listed yet. */
  private void onEnded(int reader, String shardId) {
    shards.assigned.remove(shardId);
    shards.ended.add(shardId);
    context.callAsync(
        this::list,
        (found, error) -> {
          List<Shard> added = found == null ? List.of() : found;
          List<String> children =
              Stream.concat(
                      Stream.concat(listed.stream(), added.stream())
                          .filter(shard -> parentsOf(shard).contains(shardId))
                          .map(Shard::shardId),
                      shards.waiting.values().stream()
                          .filter(child -> child.parents.contains(shardId))
                          .map(child -> child.split.shardId))
                  .collect(Collectors.toList());
          children.forEach(child -> readerOfParent.put(child, reader));
          onListed(found, error);
          if (!children.isEmpty()) {
            context.sendEventToSourceReader(reader, new ShardEvents.End(shardId));
          }
        });
  }

  private long nextLimit() {
    long slowest = progress.values().stream().mapToLong(Long::longValue).min().orElse(UNLIMITED);
    return slowest >= UNLIMITED - maxDrift ? UNLIMITED : slowest + maxDrift;
  }

  private void announceLimit() {
    long next = nextLimit();
    if (next != limit) {
      limit = next;
      begun.retainAll(context.registeredReaders().keySet());
      begun.forEach(reader -> context.sendEventToSourceReader(reader, new ShardEvents.Time(limit)));
    }
  }

  @Override
  public void handleSplitRequest(int reader, String host) {
    // Shards are assigned without a request.
  }

  @Override
  public void addSplitsBack(List<ShardSplit> splits, int reader) {
    progress.remove(reader);
    begun.remove(reader);
    for (ShardSplit split : splits) {
      shards.assigned.remove(split.shardId);
      shards.waiting.put(split.shardId, new KnownShards.Waiting(split, List.of()));
    }
    assign();
  }

  @Override
  public void addReader(int reader) {
    begun.remove(reader);
    progress.remove(reader);
    assign();
  }

  /** The coordinator serializes them immediately, on its own thread. */
  @Override
  public KnownShards snapshotState(long checkpoint) {
    return shards;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
