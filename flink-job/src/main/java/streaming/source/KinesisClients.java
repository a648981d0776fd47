package streaming.source;

import java.io.Serializable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import streaming.settings.JobSettings;

/** Makes clients of the stream's region, which leave retries to the job's own policy. */
class KinesisClients implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Connections or subscriptions of one subtask, one for each of its shards. */
  private static final int MOST_REQUESTS = 10_000;

  private final JobSettings settings;

  KinesisClients(JobSettings settings) {
    this.settings = settings;
  }

  /** A client of requests and answers. */
  KinesisAsyncClient requests() {
    return client(Protocol.HTTP1_1);
  }

  /** A client of subscriptions, which need HTTP/2, without TLS too. */
  KinesisAsyncClient subscriptions() {
    return client(Protocol.HTTP2);
  }

  private KinesisAsyncClient client(Protocol protocol) {
    return KinesisAsyncClient.builder()
        .region(Region.of(settings.text("source.region")))
        .endpointOverride(settings.kinesisEndpoint().orElse(null))
        .overrideConfiguration(client -> client.retryStrategy(AwsRetryStrategy.doNotRetry()))
        .httpClientBuilder(
            NettyNioAsyncHttpClient.builder().protocol(protocol).maxConcurrency(MOST_REQUESTS))
        .build();
  }
}
