package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.HashKeyRange;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Shard;
import org.apache.flink.kinesis.shaded.org.reactivestreams.Publisher;
import org.apache.flink.kinesis.shaded.org.reactivestreams.Subscriber;
import org.apache.flink.kinesis.shaded.org.reactivestreams.Subscription;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.async.SdkPublisher;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher.RecordPublisherRunResult;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.fanout.FanOutRecordPublisherFactory;
import org.apache.flink.streaming.connectors.kinesis.model.SentinelSequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StartingPosition;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyAsyncV2Interface;
import org.junit.jupiter.api.Test;
import streaming.settings.SettingsFixture;

class FanOutProxyTest {
  private static final String CONSUMER =
      "arn:aws:kinesis:eu-central-1:123456789012:stream/trips/consumer/job:1";

  @Test
  void aShardWhoseConsumerIsRemovedHasNotBeenReadToItsEnd() throws Exception {
    Subscriptions subscriptions =
        subscriber ->
            subscriber.onError(ResourceNotFoundException.builder().message("removed").build());

    assertThat(read(subscriptions)).isEqualTo(RecordPublisherRunResult.INCOMPLETE);
  }

  @Test
  void aShardWithoutAnythingToContinueWithHas() throws Exception {
    Subscriptions subscriptions =
        subscriber -> subscriber.onNext(SubscribeToShardEvent.builder().records(List.of()).build());

    assertThat(read(subscriptions)).isEqualTo(RecordPublisherRunResult.COMPLETE);
  }

  private static RecordPublisherRunResult read(KinesisProxyAsyncV2Interface subscriptions)
      throws InterruptedException {
    Properties properties =
        KinesisSource.consumerProperties(
            new SettingsFixture().set("source", "consumerArn", CONSUMER).load());
    properties.setProperty(ConsumerConfigConstants.SUBSCRIBE_TO_SHARD_BACKOFF_BASE, "1");
    properties.setProperty(ConsumerConfigConstants.SUBSCRIBE_TO_SHARD_BACKOFF_MAX, "1");
    SequenceNumber oldest = SentinelSequenceNumber.SENTINEL_EARLIEST_SEQUENCE_NUM.get();
    Shard shard =
        new Shard()
            .withShardId("shardId-000000000000")
            .withHashKeyRange(new HashKeyRange().withStartingHashKey("0").withEndingHashKey("1"));
    RecordPublisher reader =
        new FanOutRecordPublisherFactory(new FanOutProxy(subscriptions))
            .create(
                StartingPosition.continueFromSequenceNumber(oldest),
                properties,
                new UnregisteredMetricsGroup(),
                new StreamShardHandle("trips", shard));
    return reader.run(batch -> oldest);
  }

  /** Accepts every subscription, and then does what a test is about. */
  private interface Subscriptions extends KinesisProxyAsyncV2Interface {
    void continueWith(Subscriber<? super SubscribeToShardEventStream> subscriber);

    @Override
    default CompletableFuture<Void> subscribeToShard(
        SubscribeToShardRequest request, SubscribeToShardResponseHandler handler) {
      Publisher<SubscribeToShardEventStream> events = this::accept;
      handler.onEventStream(SdkPublisher.adapt(events));
      return new CompletableFuture<>();
    }

    private void accept(Subscriber<? super SubscribeToShardEventStream> subscriber) {
      subscriber.onSubscribe(
          new Subscription() {
            private boolean continued;

            @Override
            public void request(long events) {
              if (!continued) {
                continued = true;
                continueWith(subscriber);
              }
            }

            @Override
            public void cancel() {}
          });
    }

    @Override
    default void close() {}
  }
}
