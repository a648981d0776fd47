package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;

class ShardEnumeratorTest {
  private static final BigInteger HALF = BigInteger.ONE.shiftLeft(127);

  private final MockSplitEnumeratorContext<ShardSplit> context =
      new MockSplitEnumeratorContext<>(2);
  private final Shards stream = new Shards();
  private ShardEnumerator enumerator;

  @BeforeEach
  void start() {
    start(null);
    context.registerReader(new ReaderInfo(0, "here"));
    context.registerReader(new ReaderInfo(1, "here"));
  }

  @AfterEach
  void stop() throws Exception {
    enumerator.close();
    context.close();
  }

  @Test
  void assignsNothingBeforeItKnowsWhatThePreviousSourceHasLeft() throws Throwable {
    stream.add("0", "0");
    list();
    assertThat(assigned()).isEmpty();
    assertThat(enumerator.snapshotState(1)).isNull();

    restore(Map.of(), null);
    assertThat(assigned()).containsExactly("0 to 0 from TRIM_HORIZON");

    // Each failure lets the operator give what it has again.
    restore(Map.of("0", ShardPosition.ENDED), 5L);
    list();
    assertThat(assigned()).hasSize(1);
  }

  @Test
  void continuesFromThePositionsOfThePreviousSource() throws Throwable {
    stream.add("0", "0");
    stream.add("1", "0", "0");
    stream.add("2", HALF.toString());
    list();

    restore(Map.of("0", ShardPosition.ENDED, "1", ShardPosition.after("49", 2)), 1_000L);

    assertThat(assigned())
        .containsExactlyInAnyOrder(
            "1 to 0 from AT_SEQUENCE_NUMBER 49 part 2",
            "2 to 1 from AT_TIMESTAMP 1970-01-01T00:00:01Z");
  }

  @Test
  void findsShardsOnAllPagesAndThenOnlyNewOnes() throws Throwable {
    for (int shard = 0; shard < 5; shard++) {
      stream.add("" + shard, "0");
    }
    restore(Map.of(), null);
    list();
    stream.add("5", "0");
    list();

    assertThat(assigned()).hasSize(6);
    assertThat(stream.requests).containsExactly("after null", "page 2", "page 4", "after 4");
  }

  @Test
  void listsAgainAfterAnErrorThatPasses() throws Throwable {
    stream.add("0", "0");
    stream.failure = KinesisException.builder().statusCode(500).build();
    restore(Map.of(), null);
    list();
    assertThat(assigned()).isEmpty();

    list();
    assertThat(assigned()).hasSize(1);
  }

  @Test
  void failsTheJobWhenTheStreamDoesNotExist() {
    stream.failure =
        ResourceNotFoundException.builder().statusCode(400).message("no stream").build();

    assertThatThrownBy(this::list).hasStackTraceContaining("ListShards failed: no stream");
  }

  @Test
  void aChildGoesToTheReaderOfTheParentThatEndedLast() throws Throwable {
    stream.add("0", "0");
    stream.add("1", HALF.toString());
    restore(Map.of(), null);
    list();
    stream.add("2", "0", "0", "1");

    end(0, "0");
    assertThat(assigned()).hasSize(2);
    end(1, "1");

    assertThat(assigned()).last().isEqualTo("2 to 1 from TRIM_HORIZON");
    assertThat(events(1)).contains("end of 1");
  }

  @Test
  void aShardWithoutKnownChildrenIsNotOverForItsReader() throws Throwable {
    stream.add("0", "0");
    stream.add("1", "1");
    restore(Map.of(), null);
    list();
    stream.add("2", "0", "0");
    end(0, "0");

    end(0, "1");

    assertThat(events(0)).contains("end of 0").doesNotContain("end of 1");
  }

  @Test
  void childrenThatCannotBeListedNowAreFoundLater() throws Throwable {
    stream.add("0", "0");
    restore(Map.of(), null);
    list();
    stream.add("1", "0", "0");
    stream.failure = KinesisException.builder().statusCode(500).build();

    end(0, "0");
    assertThat(assigned()).hasSize(1);
    assertThat(events(0)).doesNotContain("end of 0");

    list();
    assertThat(assigned()).last().isEqualTo("1 to 0 from TRIM_HORIZON");
  }

  @Test
  void aReaderThatFailsGetsItsShardsAgain() throws Throwable {
    stream.add("0", "0");
    restore(Map.of(), null);
    list();
    ShardSplit split = new ShardSplit("0", BigInteger.ZERO, HALF, ShardPosition.after("49", -1), 7);

    context.unregisterReader(0);
    enumerator.addSplitsBack(List.of(split), 0);
    assertThat(assigned()).hasSize(1);

    context.registerReader(new ReaderInfo(0, "elsewhere"));
    enumerator.addReader(0);
    assertThat(assigned()).last().isEqualTo("0 to 0 from AFTER_SEQUENCE_NUMBER 49");
  }

  @Test
  void continuesFromACheckpoint() throws Throwable {
    KnownShards known = new KnownShards(5_000);
    known.assigned.add("1");
    known.ended.addAll(List.of("0", "expired"));
    start(known);
    stream.add("0", "0");
    stream.add("1", "0", "0");
    stream.add("2", "0", "0");
    stream.add("3", "0", "1");

    list();

    assertThat(assigned()).containsExactly("2 to 0 from AT_TIMESTAMP 1970-01-01T00:00:05Z");
    KnownShards state = enumerator.snapshotState(1);
    assertThat(state.ended).containsExactly("0");
    assertThat(state.assigned).containsExactlyInAnyOrder("1", "2");
    assertThat(state.waiting).containsOnlyKeys("3");
  }

  @Test
  void aChildWhoseReaderIsGoneAfterARescaleGoesToAnother() throws Throwable {
    stream.add("0", "0");
    restore(Map.of(), null);
    list();
    stream.add("1", "0", "0");

    // A reader of a larger parallelism, whose event was on its way.
    end(7, "0");

    assertThat(assigned()).last().isEqualTo("1 to 0 from TRIM_HORIZON");
  }

  @Test
  void readersThatMayWaitForTheSlowestNeedNotWaitForTheClock() throws Throwable {
    stream.add("0", "0");
    restore(Map.of(), null);
    list();
    progress(0, 0);
    progress(1, 10_000);
    // The clock of alignment.
    context.runPeriodicCallable(context.getPeriodicCallables().size() - 1);
    assertThat(limits(1)).endsWith(100_000L);

    // A quarter of the greatest drift is a step.
    progress(0, 24_000);
    assertThat(limits(1)).endsWith(100_000L);
    progress(1, 30_000);
    progress(0, 70_000);
    assertThat(limits(0)).endsWith(100_000L, 130_000L);
    assertThat(limits(1)).endsWith(100_000L, 130_000L);
  }

  private void progress(int reader, long time) {
    enumerator.handleSourceEvent(reader, new ShardEvents.Time(time));
  }

  private List<Long> limits(int reader) throws Exception {
    List<SourceEvent> sent = context.getSentSourceEvent().getOrDefault(reader, List.of());
    return sent.stream()
        .filter(event -> event instanceof ShardEvents.Time)
        .map(event -> ((ShardEvents.Time) event).eventTime)
        .collect(Collectors.toList());
  }

  private void start(KnownShards known) {
    JobSettings settings = new SettingsFixture().set("source", "maxDriftSeconds", "100").load();
    enumerator = new ShardEnumerator(context, stream, settings, known);
    enumerator.start();
  }

  private void list() throws Throwable {
    // Each start adds two tasks: this one and that of alignment.
    context.runPeriodicCallable(context.getPeriodicCallables().size() - 2);
  }

  private void restore(Map<String, ShardPosition> positions, Long beginning) {
    enumerator.handleSourceEvent(0, new ShardEvents.Restored(positions, beginning));
  }

  private void end(int reader, String shard) throws Throwable {
    enumerator.handleSourceEvent(reader, new ShardEvents.End(shard));
    context.runNextOneTimeCallable();
  }

  private List<String> assigned() {
    List<String> found = new ArrayList<>();
    context
        .getSplitsAssignmentSequence()
        .forEach(
            assignment ->
                assignment
                    .assignment()
                    .forEach(
                        (reader, splits) ->
                            splits.forEach(
                                split ->
                                    found.add(
                                        split.shardId
                                            + " to "
                                            + reader
                                            + " from "
                                            + split.position))));
    return found;
  }

  /** The ends of shards that a reader has been notified of. */
  private List<String> events(int reader) throws Exception {
    List<SourceEvent> sent = context.getSentSourceEvent().getOrDefault(reader, List.of());
    return sent.stream()
        .filter(event -> event instanceof ShardEvents.End)
        .map(event -> "end of " + ((ShardEvents.End) event).shardId)
        .collect(Collectors.toList());
  }

  /** ListShards, two on a page. */
  private static final class Shards implements KinesisAsyncClient {
    private static final int PAGE = 2;

    private final List<Shard> shards = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    /** What the next request fails with. */
    private Throwable failure;

    private void add(String id, String firstHashKey, String... parents) {
      shards.add(
          Shard.builder()
              .shardId(id)
              .parentShardId(parents.length < 1 ? null : parents[0])
              .adjacentParentShardId(parents.length < 2 ? null : parents[1])
              .hashKeyRange(
                  HashKeyRange.builder()
                      .startingHashKey(firstHashKey)
                      .endingHashKey(firstHashKey)
                      .build())
              .build());
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
      if (failure != null) {
        Throwable error = failure;
        failure = null;
        return CompletableFuture.failedFuture(error);
      }
      String page = request.nextToken();
      String after = request.exclusiveStartShardId();
      requests.add(page == null ? "after " + after : "page " + page);
      int from =
          page != null ? Integer.parseInt(page) : after == null ? 0 : Integer.parseInt(after) + 1;
      int to = Math.min(shards.size(), from + PAGE);
      return CompletableFuture.completedFuture(
          ListShardsResponse.builder()
              .shards(shards.subList(from, to))
              .nextToken(to < shards.size() ? Integer.toString(to) : null)
              .build());
    }

    @Override
    public String serviceName() {
      return SERVICE_NAME;
    }

    @Override
    public void close() {}
  }
}
