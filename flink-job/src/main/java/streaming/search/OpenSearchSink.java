package streaming.search;

import java.net.URI;
import org.apache.flink.streaming.api.datastream.DataStream;
import streaming.batch.BatchLimits;
import streaming.batch.BatchSink;
import streaming.document.Document;
import streaming.document.DocumentSink;
import streaming.retry.Patience;
import streaming.settings.JobSettings;

/**
 * Writes documents to an OpenSearch domain.
 *
 * <p>Every document is written at least once and under a fixed id: in effect once. Nothing is
 * dropped: a domain that cannot take documents now (status 429 or 5xx, no connection, an index that
 * is blocked or missing) is asked again, later and later, and in the end the job fails and starts
 * again from its last checkpoint; a document that is itself wrong (status 400) is kept as a dead
 * letter.
 */
public final class OpenSearchSink implements DocumentSink {
  private final BatchLimits limits;
  private final URI endpoint;
  private final String region;

  /**
   * @param endpoint of the domain
   */
  public OpenSearchSink(JobSettings settings, URI endpoint) {
    this.endpoint = endpoint;
    region = settings.searchRegion();
    limits =
        new BatchLimits(
            settings.bulkActions(),
            settings.bulkSizeMiB() * 1024L * 1024,
            settings.flushInterval(),
            new Patience(settings.searchRetryDelay(), settings.searchRetries()));
  }

  @Override
  public void addTo(DataStream<Document> documents) {
    URI domain = endpoint;
    String domainRegion = region;
    documents
        .filter(new DeadLetterSample())
        .uid("dead-letter-sample")
        .name("Dead letter sample")
        .sinkTo(new BatchSink(limits, () -> new BulkSender(domain, domainRegion)))
        .uid("opensearch-sink")
        .name("OpenSearch sink");
  }
}
