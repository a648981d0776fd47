package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.InternalFailureException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import streaming.retry.Patience;

@Timeout(30)
class FanOutFetchTest {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Subscriptions subscriptions = new Subscriptions();
  private final ReceivedAnswers received = new ReceivedAnswers();
  private final SimpleCounter retries = new SimpleCounter();

  @AfterEach
  void stopTheClock() {
    clock.shutdownNow();
  }

  @Test
  void givesAnEventAtATimeWhenItIsAskedFor() throws Exception {
    subscriptions.next.add(subscriber -> subscriber.onNext(event("10", 500)));
    subscriptions.next.add(subscriber -> subscriber.onNext(event("11", 0)));
    ShardFetch fetch = fetch(ShardPosition.from(0));

    fetch.next();
    assertThat(answer().millisBehindLatest).isEqualTo(500);
    assertThat(subscriptions.next).hasSize(1);

    fetch.next();
    assertThat(answer().isLast).isFalse();
    assertThat(subscriptions.starts).containsExactly("TRIM_HORIZON null");
  }

  @Test
  void continuesBehindTheLastEventWhenASubscriptionIsOver() throws Exception {
    subscriptions.next.add(subscriber -> subscriber.onNext(event("10", 0)));
    subscriptions.next.add(Subscriber::onComplete);
    subscriptions.next.add(subscriber -> subscriber.onNext(event("11", 0)));
    ShardFetch fetch = fetch(ShardPosition.after("9", 3));

    fetch.next();
    answer();
    fetch.next();
    answer();

    assertThat(subscriptions.starts)
        .containsExactly("AT_SEQUENCE_NUMBER 9", "AFTER_SEQUENCE_NUMBER 10");
  }

  @Test
  void waitsOutWhatIsTemporary() throws Exception {
    subscriptions.next.add(
        subscriber ->
            subscriber.onError(InternalFailureException.builder().statusCode(500).build()));
    subscriptions.next.add(subscriber -> subscriber.onNext(event("10", 0)));

    fetch(ShardPosition.after("9", ShardPosition.WHOLE)).next();
    answer();

    assertThat(retries.getCount()).isEqualTo(1);
    assertThat(subscriptions.starts)
        .containsExactly("AFTER_SEQUENCE_NUMBER 9", "AFTER_SEQUENCE_NUMBER 9");
  }

  @Test
  void aShardWhoseConsumerIsRemovedHasNotBeenReadToItsEnd() throws Exception {
    subscriptions.next.add(
        subscriber ->
            subscriber.onError(
                ResourceNotFoundException.builder().statusCode(400).message("removed").build()));

    fetch(ShardPosition.from(0)).next();

    assertThat(received.take())
        .isInstanceOfSatisfying(
            Exception.class, failure -> assertThat(failure).hasMessageContaining("removed"));
  }

  @Test
  void aShardThatHasExpiredIsOver() throws Exception {
    subscriptions.failure =
        ResourceNotFoundException.builder()
            .statusCode(400)
            .message("Shard shardId-000000000000 in stream trips does not exist")
            .build();

    fetch(ShardPosition.from(0)).next();

    assertThat(answer().isLast).isTrue();
  }

  @Test
  void aShardWithoutAnythingToContinueWithHasBeen() throws Exception {
    subscriptions.next.add(subscriber -> subscriber.onNext(event(null, 0)));

    fetch(ShardPosition.from(0)).next();

    assertThat(answer().isLast).isTrue();
  }

  @Test
  void beginsAtAnInstant() throws Exception {
    subscriptions.next.add(subscriber -> subscriber.onNext(event("10", 0)));

    fetch(ShardPosition.from(Instant.parse("2019-03-01T18:00:00Z").toEpochMilli())).next();
    answer();

    assertThat(subscriptions.starts).containsExactly("AT_TIMESTAMP 2019-03-01T18:00:00Z");
  }

  @Test
  void passesOverWhatIsNoEvent() throws Exception {
    subscriptions.next.add(subscriber -> subscriber.onNext(SubscribeToShardEventStream.UNKNOWN));
    subscriptions.next.add(subscriber -> subscriber.onNext(event("10", 0)));

    fetch(ShardPosition.from(0)).next();

    assertThat(answer().isLast).isFalse();
    assertThat(subscriptions.starts).hasSize(1);
  }

  @Test
  void aRequestThatFailsIsRepeatedAndItsSubscriptionCountsNoMore() throws Exception {
    subscriptions.failure = InternalFailureException.builder().statusCode(500).build();
    subscriptions.next.add(subscriber -> subscriber.onNext(event("10", 0)));

    fetch(ShardPosition.from(0)).next();
    answer();
    Subscriber<? super SubscribeToShardEventStream> late = subscriptions.acceptLate();
    late.onNext(event("11", 0));
    late.onError(new IllegalStateException("over"));

    assertThat(retries.getCount()).isEqualTo(1);
    assertThat(subscriptions.starts).hasSize(2);
    assertThat(subscriptions.cancelled).isEqualTo(1);
    assertThat(received).isEmpty();
  }

  @Test
  void asksForNoSubscriptionBeforeAnEventIsWanted() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    subscriptions.next.add(
        subscriber -> {
          subscriber.onNext(event("10", 0));
          subscriber.onComplete();
          ended.countDown();
        });
    subscriptions.next.add(subscriber -> subscriber.onNext(event("11", 0)));
    ShardFetch fetch = fetch(ShardPosition.from(0));

    fetch.next();
    answer();
    ended.await();
    assertThat(subscriptions.starts).hasSize(1);

    fetch.next();
    answer();
    assertThat(subscriptions.starts).hasSize(2);
  }

  @Test
  void isSilentAfterItIsClosed() throws Exception {
    CompletableFuture<Subscriber<? super SubscribeToShardEventStream>> waiting =
        new CompletableFuture<>();
    subscriptions.next.add(waiting::complete);
    ShardFetch fetch = fetch(ShardPosition.from(0));

    fetch.next();
    Subscriber<? super SubscribeToShardEventStream> subscriber = waiting.get();
    fetch.close();
    subscriber.onNext(event("10", 0));
    subscriber.onComplete();
    fetch.next();

    assertThat(subscriptions.cancelled).isEqualTo(1);
    assertThat(subscriptions.starts).hasSize(1);
    assertThat(received).isEmpty();
  }

  @Test
  void doesNotSubscribeAgainAfterItIsClosed() throws Exception {
    ShardFetch fetch = fetch(ShardPosition.from(0));
    CompletableFuture<Void> closed = new CompletableFuture<>();
    subscriptions.next.add(
        subscriber -> {
          // The next attempt waits for a millisecond, and for this thread.
          subscriber.onError(InternalFailureException.builder().statusCode(500).build());
          fetch.close();
          closed.complete(null);
        });

    fetch.next();
    closed.get();
    clock.schedule(() -> {}, 2, TimeUnit.MILLISECONDS).get();

    assertThat(subscriptions.starts).hasSize(1);
    assertThat(received).isEmpty();
  }

  @Test
  void cancelsASubscriptionThatIsAcceptedAfterItIsClosed() {
    subscriptions.isSlow = true;
    ShardFetch fetch = fetch(ShardPosition.from(0));

    fetch.next();
    fetch.close();
    subscriptions.acceptLate();

    assertThat(subscriptions.cancelled).isEqualTo(1);
  }

  private ShardFetch.Answer answer() throws InterruptedException {
    return (ShardFetch.Answer) received.take();
  }

  private static SubscribeToShardEvent event(String continuation, long behind) {
    return SubscribeToShardEvent.builder()
        .records(List.of())
        .continuationSequenceNumber(continuation)
        .millisBehindLatest(behind)
        .build();
  }

  private ShardFetch fetch(ShardPosition position) {
    return new FanOutFetch(
        subscriptions,
        "consumer",
        new ShardSplit(
            "shardId-000000000000",
            BigInteger.ZERO,
            BigInteger.ONE,
            position,
            SourceRecord.NO_EVENT_TIME),
        new Patience(Duration.ofMillis(1), 3).attempts("Subscribing", retries),
        clock,
        received);
  }

  /** What happens to a subscription that an event has been requested from. */
  private interface Happening {
    void to(Subscriber<? super SubscribeToShardEventStream> subscriber);
  }

  private final class Subscriptions implements KinesisAsyncClient {
    private final Deque<Happening> next = new ArrayDeque<>();
    private final List<String> starts = new ArrayList<>();
    private int cancelled;

    /** What the next request fails with; its subscription is accepted late. */
    private Throwable failure;

    private boolean isSlow;
    private Subscriber<? super SubscribeToShardEventStream> last;
    private Runnable acceptance;

    /** Accepts the subscription that waits for that. */
    private Subscriber<? super SubscribeToShardEventStream> acceptLate() {
      acceptance.run();
      return last;
    }

    @Override
    public CompletableFuture<Void> subscribeToShard(
        SubscribeToShardRequest request, SubscribeToShardResponseHandler handler) {
      starts.add(
          request.startingPosition().typeAsString()
              + " "
              + (request.startingPosition().timestamp() == null
                  ? request.startingPosition().sequenceNumber()
                  : request.startingPosition().timestamp()));
      Publisher<SubscribeToShardEventStream> events = this::accept;
      Runnable accepting = () -> handler.onEventStream(SdkPublisher.adapt(events));
      if (failure == null && !isSlow) {
        accepting.run();
        return new CompletableFuture<>();
      }
      acceptance = accepting;
      CompletableFuture<Void> answer =
          failure == null ? new CompletableFuture<>() : CompletableFuture.failedFuture(failure);
      failure = null;
      return answer;
    }

    private void accept(Subscriber<? super SubscribeToShardEventStream> subscriber) {
      last = subscriber;
      subscriber.onSubscribe(
          new Subscription() {
            @Override
            public void request(long events) {
              clock.schedule(() -> next.remove().to(subscriber), 0, TimeUnit.MILLISECONDS);
            }

            @Override
            public void cancel() {
              cancelled++;
            }
          });
    }

    @Override
    public String serviceName() {
      return SERVICE_NAME;
    }

    @Override
    public void close() {}
  }
}
