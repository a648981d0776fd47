import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;

/** The Kinesis Producer Library with its own defaults, but for limits that the server does not have. */
final class LibrarySender implements Sender {
  private static final String HOST = "localhost";
  private static final long NO_LIMIT_PERCENT = 1_000_000;
  private static final long TIME_TO_LIVE_MS = 600_000;

  private final KinesisProducer producer;
  private final String stream;

  LibrarySender(String stream, int port, boolean aggregation) {
    this.stream = stream;
    producer =
        new KinesisProducer(
            new KinesisProducerConfiguration()
                .setRegion("us-east-1")
                .setCredentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .setKinesisEndpoint(HOST)
                .setKinesisPort(port)
                .setStsEndpoint(HOST)
                .setStsPort(port)
                .setCloudwatchEndpoint(HOST)
                .setCloudwatchPort(port)
                .setVerifyCertificate(false)
                .setMetricsLevel("none")
                .setAggregationEnabled(aggregation)
                .setRateLimit(NO_LIMIT_PERCENT)
                .setRecordTtl(TIME_TO_LIVE_MS));
  }

  @Override
  public void send(OutgoingRecord record, Consumer<Boolean> answer) {
    var result = producer.addUserRecord(stream, record.partitionKey(), ByteBuffer.wrap(record.data()));
    result.addListener(() -> answer.accept(isTaken(result)), Runnable::run);
  }

  private static boolean isTaken(Future<?> result) {
    try {
      return result.get() != null;
    } catch (InterruptedException | ExecutionException failed) {
      System.err.println(failed);
      return false;
    }
  }

  @Override
  public void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.destroy();
  }
}
