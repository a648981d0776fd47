package streaming.source;

import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import streaming.retry.Patience;

/**
 * Subscribes to a shard as a registered consumer, again whenever a subscription ends, which it does
 * after five minutes
 * (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html).
 */
final class FanOutFetch implements ShardFetch {
  private final KinesisAsyncClient client;
  private final String consumerArn;
  private final String shardId;
  private final Patience.Attempts attempts;
  private final ScheduledExecutorService clock;
  private final Receiver receiver;

  private ShardPosition position;
  private Events current;
  private boolean wanted;
  private boolean closed;

  FanOutFetch(
      KinesisAsyncClient client,
      String consumerArn,
      ShardSplit split,
      Patience.Attempts attempts,
      ScheduledExecutorService clock,
      Receiver receiver) {
    this.client = client;
    this.consumerArn = consumerArn;
    this.shardId = split.shardId;
    this.attempts = attempts;
    this.clock = clock;
    this.receiver = receiver;
    position = split.position;
  }

  @Override
  public synchronized void next() {
    wanted = true;
    if (current == null) {
      subscribe();
    } else {
      current.subscription.request(1);
    }
  }

  private synchronized void subscribe() {
    if (closed) {
      return;
    }
    Events events = new Events();
    current = events;
    client
        .subscribeToShard(
            request ->
                request
                    .consumerARN(consumerArn)
                    .shardId(shardId)
                    .startingPosition(position.start()),
            SubscribeToShardResponseHandler.builder()
                .onEventStream(stream -> stream.subscribe(events))
                .onError(events::onError)
                .build())
        .whenComplete(
            (done, error) -> {
              if (error != null) {
                events.onError(error);
              }
            });
  }

  private synchronized void onEvent(Events events, SubscribeToShardEvent event) {
    if (events != current || closed) {
      return;
    }
    attempts.succeeded();
    wanted = false;
    String continuation = event.continuationSequenceNumber();
    if (continuation != null) {
      position = ShardPosition.after(continuation, ShardPosition.WHOLE);
    }
    receiver.onAnswer(
        new Answer(event.records(), event.millisBehindLatest(), continuation == null));
  }

  /**
   * A subscription is over. One whose consumer was removed fails the job, which goes on where it
   * was as soon as there is a consumer: the shard has not been read to its end.
   */
  private synchronized void onEnd(Events events, Throwable error) {
    if (events != current || closed) {
      return;
    }
    current = null;
    Answer last = error == null ? null : ShardFetch.ofExpired(shardId, position, error);
    if (last != null) {
      receiver.onAnswer(last);
      return;
    }
    try {
      long wait = error == null ? 0 : attempts.failed(error);
      if (wanted) {
        clock.schedule(this::subscribe, wait, TimeUnit.MILLISECONDS);
      }
    } catch (IOException permanent) {
      receiver.onFailure(permanent);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (current != null && current.subscription != null) {
      current.subscription.cancel();
    }
  }

  private final class Events implements Subscriber<SubscribeToShardEventStream> {
    private Subscription subscription;

    @Override
    public void onSubscribe(Subscription accepted) {
      synchronized (FanOutFetch.this) {
        subscription = accepted;
        if (closed || current != this) {
          accepted.cancel();
        } else {
          accepted.request(1);
        }
      }
    }

    @Override
    public void onNext(SubscribeToShardEventStream event) {
      if (event instanceof SubscribeToShardEvent) {
        onEvent(this, (SubscribeToShardEvent) event);
      } else {
        subscription.request(1);
      }
    }

    @Override
    public void onError(Throwable error) {
      onEnd(this, error);
    }

    @Override
    public void onComplete() {
      onEnd(this, null);
    }
  }
}
