package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;
import streaming.taxi.Trip;
import streaming.taxi.TripParser;

/** A stream that is split and merged while a registered consumer reads it. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
// The records say that closing them may be interrupted.
@SuppressWarnings("try")
class FanOutReshardTest {
  private static final String ARN =
      "arn:aws:kinesis:eu-central-1:123456789012:stream/trips/consumer/job:1";

  /** Records of each shard, in two parts, between which a subscription ends. */
  private static final int RECORDS = 6;

  /** Shard and parents: 0 is split into 2 and 3, which are merged with 1 into 4. */
  private static final Map<Integer, List<Integer>> PARENTS =
      new TreeMap<>(
          Map.of(0, List.of(), 1, List.of(), 2, List.of(0), 3, List.of(0), 4, List.of(2, 3)));

  /** Shard and number of each record in the order in which the tasks of the source emitted them. */
  private static final List<String> EMITTED = Collections.synchronizedList(new ArrayList<>());

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @ParameterizedTest(name = "parallelism {0}")
  @ValueSource(ints = {1, 2})
  void readsEachRecordOnceAndAChildAfterItsParents(int parallelism) throws Exception {
    JobSettings settings = new SettingsFixture().set("source", "consumerArn", ARN).load();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    env.setParallelism(parallelism);
    KinesisSource<Trip> source =
        new KinesisSource<>(settings, new TripParser(), new FakeClients(settings));
    EMITTED.clear();
    try (CloseableIterator<String> records =
        source
            .addTo(env)
            .map(FanOutReshardTest::position)
            .returns(String.class)
            .uid("positions")
            .collectAsync()) {
      JobClient job = env.executeAsync();
      for (int read = 0; read < PARENTS.size() * RECORDS; read++) {
        records.next();
      }
      job.cancel().get();
    }
    List<String> read = List.copyOf(EMITTED);

    assertThat(read)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            PARENTS.keySet().stream()
                .flatMap(shard -> positions(shard).stream())
                .collect(Collectors.toList()));
    PARENTS.forEach(
        (shard, parents) -> {
          assertThat(read).containsSubsequence(positions(shard));
          for (int parent : parents) {
            assertThat(read).containsSubsequence(parent + "-" + (RECORDS - 1), shard + "-" + 0);
          }
        });
  }

  /** Runs in the task of the source, where no network changes the order between two tasks. */
  private static String position(SourceRecord<Trip> record) {
    String position = record.shardId.substring(19) + "-" + record.sequenceNumber;
    EMITTED.add(position);
    return position;
  }

  private static List<String> positions(int shard) {
    List<String> positions = new ArrayList<>();
    for (int record = 0; record < RECORDS; record++) {
      positions.add(shard + "-" + record);
    }
    return positions;
  }

  private static final class FakeClients extends KinesisClients {
    private static final long serialVersionUID = 1L;

    private FakeClients(JobSettings settings) {
      super(settings);
    }

    @Override
    KinesisAsyncClient requests() {
      return new FakeClient();
    }

    @Override
    KinesisAsyncClient subscriptions() {
      return new FakeClient();
    }
  }

  /** A client whose subscriptions give three records and end; those of a read shard end it. */
  private static final class FakeClient implements KinesisAsyncClient {
    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest request) {
      List<Shard> shards = new ArrayList<>();
      PARENTS.forEach(
          (number, parents) -> {
            String id = id(number);
            String newest = request.exclusiveStartShardId();
            if (newest == null || id.compareTo(newest) > 0) {
              shards.add(
                  Shard.builder()
                      .shardId(id)
                      .parentShardId(parents.isEmpty() ? null : id(parents.get(0)))
                      .adjacentParentShardId(parents.size() < 2 ? null : id(parents.get(1)))
                      .hashKeyRange(
                          HashKeyRange.builder()
                              .startingHashKey(number == 1 || number == 3 ? UPPER : "0")
                              .endingHashKey(UPPER)
                              .build())
                      .build());
            }
          });
      return CompletableFuture.completedFuture(ListShardsResponse.builder().shards(shards).build());
    }

    private static final String UPPER = "170141183460469231731687303715884105728";

    private static String id(int number) {
      return String.format("shardId-%012d", number);
    }

    @Override
    public CompletableFuture<Void> subscribeToShard(
        SubscribeToShardRequest request, SubscribeToShardResponseHandler handler) {
      String after = request.startingPosition().sequenceNumber();
      int first = after == null ? 0 : Integer.parseInt(after) + 1;
      Publisher<SubscribeToShardEventStream> events =
          subscriber -> subscriber.onSubscribe(new Reading(first, subscriber));
      CompletableFuture.runAsync(() -> handler.onEventStream(SdkPublisher.adapt(events)));
      return new CompletableFuture<>();
    }

    @Override
    public String serviceName() {
      return SERVICE_NAME;
    }

    @Override
    public void close() {}
  }

  private static final class Reading implements Subscription {
    private final int last;
    private final Subscriber<? super SubscribeToShardEventStream> subscriber;
    private int next;

    private Reading(int first, Subscriber<? super SubscribeToShardEventStream> subscriber) {
      next = first;
      last = first + RECORDS / 2;
      this.subscriber = subscriber;
    }

    @Override
    public void request(long events) {
      CompletableFuture.runAsync(this::give);
    }

    private synchronized void give() {
      if (next == last && next < RECORDS) {
        subscriber.onComplete();
        return;
      }
      boolean isEnd = next == RECORDS;
      subscriber.onNext(
          SubscribeToShardEvent.builder()
              .records(isEnd ? List.of() : List.of(record(next)))
              .continuationSequenceNumber(isEnd ? null : Integer.toString(next))
              .millisBehindLatest(isEnd ? 0L : 1000L)
              .build());
      next++;
    }

    @Override
    public void cancel() {}

    private static Record record(int number) {
      return Record.builder()
          .sequenceNumber(Integer.toString(number))
          .approximateArrivalTimestamp(Instant.parse("2019-03-01T18:00:00Z"))
          .data(SdkBytes.fromString("no trip", StandardCharsets.UTF_8))
          .build();
    }
  }
}
