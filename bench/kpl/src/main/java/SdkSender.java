import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.utils.AttributeMap;

/** The asynchronous client of the AWS SDK alone: it keeps no order and sends no refused record again. */
final class SdkSender implements Sender {
  private static final int RECORDS_PER_REQUEST = 500;

  /** As in the plain loop of the AWS SDK for JavaScript. */
  private static final int REQUESTS_UNDER_WAY = 4;

  private final String stream;
  private final KinesisAsyncClient client;
  private final Semaphore room = new Semaphore(REQUESTS_UNDER_WAY);
  private List<PutRecordsRequestEntry> entries = new ArrayList<>();
  private List<Consumer<Boolean>> answers = new ArrayList<>();

  SdkSender(String stream, int port) {
    this.stream = stream;
    AttributeMap trust =
        AttributeMap.builder().put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true).build();
    client =
        KinesisAsyncClient.builder()
            .region(Region.US_EAST_1)
            .endpointOverride(URI.create("https://localhost:" + port))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
            // With this server it is the faster one of its two protocols.
            .httpClient(
                NettyNioAsyncHttpClient.builder()
                    .protocol(Protocol.HTTP1_1)
                    .buildWithDefaults(trust))
            .build();
  }

  @Override
  public void send(OutgoingRecord record, Consumer<Boolean> answer) {
    entries.add(
        PutRecordsRequestEntry.builder()
            .partitionKey(record.partitionKey())
            .data(SdkBytes.fromByteArrayUnsafe(record.data()))
            .build());
    answers.add(answer);
    if (entries.size() == RECORDS_PER_REQUEST) {
      flush();
    }
  }

  @Override
  public void flush() {
    if (entries.isEmpty()) {
      return;
    }
    List<PutRecordsRequestEntry> sent = entries;
    List<Consumer<Boolean>> waiting = answers;
    entries = new ArrayList<>();
    answers = new ArrayList<>();
    room.acquireUninterruptibly();
    client
        .putRecords(request -> request.streamName(stream).records(sent))
        .whenComplete(
            (response, error) -> {
              room.release();
              if (error != null) {
                System.err.println(error);
              }
              for (int index = 0; index < waiting.size(); index++) {
                boolean taken =
                    error == null && response.records().get(index).errorCode() == null;
                waiting.get(index).accept(taken);
              }
            });
  }

  @Override
  public void close() {
    client.close();
  }
}
