package streaming.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import streaming.batch.BatchSender;
import streaming.document.Document;
import streaming.retry.Patience;
import streaming.settings.JobSettings;

/** Puts documents into a stream, partitioned by what they are about. */
final class PutRecordsSender implements BatchSender {
  private final String stream;
  private final KinesisClient client;

  PutRecordsSender(String stream, JobSettings settings) {
    this.stream = stream;
    client =
        KinesisClient.builder()
            .region(Region.of(settings.text("resultsStream.region")))
            .endpointOverride(settings.kinesisEndpoint().orElse(null))
            .overrideConfiguration(client -> client.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .httpClientBuilder(Apache5HttpClient.builder())
            .build();
  }

  @Override
  public Outcome send(List<Document> documents) throws IOException {
    List<PutRecordsRequestEntry> entries =
        documents.stream().map(PutRecordsSender::entry).collect(Collectors.toList());
    try {
      return outcome(documents, client.putRecords(put -> put.streamName(stream).records(entries)));
    } catch (SdkException refusal) {
      if (Patience.isTemporary(refusal)) {
        return new Outcome(documents, List.of(), refusal.toString());
      }
      throw new IOException("stream " + stream + " refuses results", refusal);
    }
  }

  private static PutRecordsRequestEntry entry(Document document) {
    return PutRecordsRequestEntry.builder()
        .partitionKey(document.subject)
        .data(SdkBytes.fromUtf8String(document.toLine()))
        .build();
  }

  /** The answer has a result for each document, in their order. */
  private static Outcome outcome(List<Document> documents, PutRecordsResponse response) {
    List<Document> again = new ArrayList<>();
    String reason = null;
    for (int place = 0; place < documents.size(); place++) {
      PutRecordsResultEntry result = response.records().get(place);
      if (result.errorCode() != null) {
        again.add(documents.get(place));
        reason = result.errorCode() + ", " + result.errorMessage();
      }
    }
    return new Outcome(again, List.of(), reason);
  }

  @Override
  public void close() {
    client.close();
  }
}
