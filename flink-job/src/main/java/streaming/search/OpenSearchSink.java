package streaming.search;

import java.net.URI;
import org.apache.flink.streaming.api.datastream.DataStream;
import streaming.batch.BatchLimits;
import streaming.batch.BatchSink;
import streaming.batch.IndexPartitioner;
import streaming.document.Document;
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
public final class OpenSearchSink {
  private OpenSearchSink() {}

  /**
   * @param endpoint of the domain
   */
  public static void addTo(DataStream<Document> documents, URI endpoint, JobSettings settings) {
    String region = settings.text("search.region");
    BatchLimits limits =
        new BatchLimits(
            settings.integer("search.bulkActions"),
            settings.integer("search.bulkSizeMiB") * 1024L * 1024,
            settings.duration("search.flushIntervalMilliseconds"),
            new Patience(
                settings.duration("search.retryDelayMilliseconds"),
                settings.integer("search.retries")));
    documents
        .partitionCustom(new IndexPartitioner(), document -> document)
        .filter(new DeadLetterSample())
        .uid("dead-letter-sample")
        .name("Dead letter sample")
        .sinkTo(new BatchSink(limits, () -> new BulkSender(endpoint, region)))
        .uid("opensearch-sink")
        .name("OpenSearch sink");
  }
}
