package streaming.stream;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.SdkBytes;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.exception.SdkClientException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.core.exception.SdkServiceException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.apache.ApacheHttpClient;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.regions.Region;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.KinesisClient;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.KmsThrottlingException;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import streaming.batch.BatchSender;
import streaming.document.Document;

/**
 * Puts documents into a stream, partitioned by what they are about. The AWS SDK is the one in the
 * Kinesis connector.
 */
final class PutRecordsSender implements BatchSender {
  private final String stream;
  private final KinesisClient client;

  /**
   * @param endpoint in place of the region's own; null for that
   */
  PutRecordsSender(String stream, String region, URI endpoint) {
    this.stream = stream;
    client =
        KinesisClient.builder()
            .region(Region.of(region))
            .endpointOverride(endpoint)
            .httpClientBuilder(ApacheHttpClient.builder())
            .build();
  }

  @Override
  public Outcome send(List<Document> documents) throws IOException {
    List<PutRecordsRequestEntry> entries =
        documents.stream().map(PutRecordsSender::entry).collect(Collectors.toList());
    try {
      return outcome(documents, client.putRecords(put -> put.streamName(stream).records(entries)));
    } catch (SdkServiceException refusal) {
      // The SDK does not count the encryption key's own limit of requests among throttling.
      if (refusal.isThrottlingException()
          || refusal instanceof KmsThrottlingException
          || refusal.statusCode() >= 500) {
        return new Outcome(documents, List.of(), refusal.toString());
      }
      throw new IOException("stream " + stream + " refuses results", refusal);
    } catch (SdkClientException noAnswer) {
      return new Outcome(documents, List.of(), noAnswer.toString());
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
