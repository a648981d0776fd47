package streaming.source;

import java.util.concurrent.CompletableFuture;
import org.apache.flink.kinesis.shaded.org.reactivestreams.Subscriber;
import org.apache.flink.kinesis.shaded.org.reactivestreams.Subscription;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.async.SdkPublisher;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxyAsyncV2Interface;
import org.apache.flink.util.ExceptionUtils;

/**
 * Subscribes to shards. When a subscription breaks because its consumer has been removed, the
 * connector takes the shard for one that has been read to its end: it would never be read again,
 * not even after a restart, and what it holds would be lost. Under another name the error makes the
 * connector subscribe once more; as there is no consumer, that fails the job, which goes on where
 * it was as soon as there is one.
 */
final class FanOutProxy implements KinesisProxyAsyncV2Interface {
  private final KinesisProxyAsyncV2Interface proxy;

  FanOutProxy(KinesisProxyAsyncV2Interface proxy) {
    this.proxy = proxy;
  }

  @Override
  public CompletableFuture<Void> subscribeToShard(
      SubscribeToShardRequest request, SubscribeToShardResponseHandler handler) {
    return proxy.subscribeToShard(request, new Handler(handler));
  }

  @Override
  public void close() {
    proxy.close();
  }

  private static Throwable renamed(Throwable error) {
    return ExceptionUtils.findThrowable(error, ResourceNotFoundException.class).isPresent()
        ? new IllegalStateException("the subscription's consumer or shard is gone", error)
        : error;
  }

  private static final class Handler implements SubscribeToShardResponseHandler {
    private final SubscribeToShardResponseHandler handler;

    private Handler(SubscribeToShardResponseHandler handler) {
      this.handler = handler;
    }

    @Override
    public void responseReceived(SubscribeToShardResponse response) {
      handler.responseReceived(response);
    }

    @Override
    public void onEventStream(SdkPublisher<SubscribeToShardEventStream> events) {
      handler.onEventStream(
          SdkPublisher.adapt(subscriber -> events.subscribe(new Events(subscriber))));
    }

    /**
     * The error of a subscription that did not come about, which the connector does not mistake.
     */
    @Override
    public void exceptionOccurred(Throwable error) {
      handler.exceptionOccurred(error);
    }

    @Override
    public void complete() {
      handler.complete();
    }
  }

  private static final class Events implements Subscriber<SubscribeToShardEventStream> {
    private final Subscriber<? super SubscribeToShardEventStream> subscriber;

    private Events(Subscriber<? super SubscribeToShardEventStream> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(SubscribeToShardEventStream event) {
      subscriber.onNext(event);
    }

    @Override
    public void onError(Throwable error) {
      subscriber.onError(renamed(error));
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
    }
  }
}
