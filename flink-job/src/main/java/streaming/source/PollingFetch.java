package streaming.source;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import streaming.Beat;
import streaming.retry.Patience;

/**
 * Polls a shard: without a pause while there are records left, once a beat at its tip.
 *
 * <p>A service that has throttled a read is asked for no more than it gives from then on: attempts
 * in between, each later than the one before, would leave part of what it gives unused.
 */
final class PollingFetch implements ShardFetch {
  /**
   * Of a shard, for all its polling readers: 2 MB a second
   * (https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html).
   */
  private static final int BYTES_PER_MILLISECOND = 2_000;

  private final KinesisAsyncClient client;
  private final String stream;
  private final String shardId;
  private final Patience.Attempts attempts;
  private final ScheduledExecutorService clock;
  private final Receiver receiver;

  // One request follows the other: no two threads use these at the same time.
  private volatile ShardPosition position;
  private volatile String iterator;
  private volatile boolean atTip;
  private volatile boolean isLimited;

  /** When the last read began. */
  private volatile long readAt;

  /** When a shard that is limited has given what the last read got. */
  private volatile long earnedAt;

  private volatile boolean closed;

  PollingFetch(
      KinesisAsyncClient client,
      String stream,
      ShardSplit split,
      Patience.Attempts attempts,
      ScheduledExecutorService clock,
      Receiver receiver) {
    this.client = client;
    this.stream = stream;
    this.shardId = split.shardId;
    this.position = split.position;
    this.attempts = attempts;
    this.clock = clock;
    this.receiver = receiver;
  }

  @Override
  public void next() {
    long now = System.currentTimeMillis();
    long at = atTip ? Beat.POLL.next(now + 1) : earnedAt;
    if (at > now) {
      pollIn(at - now);
    } else {
      poll();
    }
  }

  private void pollIn(long milliseconds) {
    if (!closed) {
      clock.schedule(this::poll, milliseconds, TimeUnit.MILLISECONDS);
    }
  }

  private void poll() {
    if (closed) {
      return;
    }
    readAt = System.currentTimeMillis();
    CompletableFuture<String> from =
        iterator == null
            ? client
                .getShardIterator(this::iterate)
                .thenApply(GetShardIteratorResponse::shardIterator)
            : CompletableFuture.completedFuture(iterator);
    from.thenCompose(known -> client.getRecords(get -> get.shardIterator(known)))
        .whenComplete(this::onResponse);
  }

  private void iterate(GetShardIteratorRequest.Builder request) {
    StartingPosition start = position.start();
    request
        .streamName(stream)
        .shardId(shardId)
        .shardIteratorType(start.type())
        .startingSequenceNumber(start.sequenceNumber())
        .timestamp(start.timestamp());
  }

  private void onResponse(GetRecordsResponse response, Throwable error) {
    if (closed) {
      return;
    }
    if (error != null) {
      onError(error);
      return;
    }
    attempts.succeeded();
    iterator = response.nextShardIterator();
    if (!response.records().isEmpty()) {
      int last = response.records().size() - 1;
      position =
          ShardPosition.after(response.records().get(last).sequenceNumber(), ShardPosition.WHOLE);
    }
    if (isLimited) {
      earnedAt = readAt + Math.max(Beat.MILLISECONDS, bytesOf(response) / BYTES_PER_MILLISECOND);
    }
    atTip = response.millisBehindLatest() == null || response.millisBehindLatest() == 0;
    receiver.onAnswer(
        new Answer(response.records(), response.millisBehindLatest(), iterator == null));
  }

  private void onError(Throwable error) {
    Answer last = ShardFetch.ofExpired(shardId, position, error);
    if (last != null) {
      receiver.onAnswer(last);
      return;
    }
    try {
      Throwable cause = Patience.cause(error);
      isLimited |= cause instanceof ProvisionedThroughputExceededException;
      if (cause instanceof ExpiredIteratorException) {
        iterator = null;
        pollIn(attempts.failed("its iterator has expired"));
      } else {
        pollIn(attempts.failed(error));
      }
    } catch (IOException permanent) {
      receiver.onFailure(permanent);
    }
  }

  private static long bytesOf(GetRecordsResponse response) {
    return response.records().stream()
        .mapToLong(read -> read.data().asByteArrayUnsafe().length + read.partitionKey().length())
        .sum();
  }

  @Override
  public void close() {
    closed = true;
  }
}
