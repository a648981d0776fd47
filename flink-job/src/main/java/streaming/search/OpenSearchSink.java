package streaming.search;

import java.net.URI;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.opensearch.sink.FlushBackoffType;
import org.apache.flink.connector.opensearch.sink.Opensearch2Sink;
import org.apache.flink.connector.opensearch.sink.Opensearch2SinkBuilder;
import org.apache.flink.connector.opensearch.sink.OpensearchEmitter;
import org.apache.flink.connector.opensearch.sink.RequestIndexer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.http.HttpHost;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.common.xcontent.XContentType;
import streaming.settings.JobSettings;

/**
 * Writes documents to an OpenSearch domain. The only place that knows which connector does it.
 *
 * <p>Every document is written at least once, because a checkpoint waits until all documents before
 * it are acknowledged, and under a fixed id: in effect once. A subtask sends one bulk request after
 * the other, retries included, so that documents of one id are written in order. Nothing is
 * dropped: an overloaded domain (status 429) is asked again, later and later; whatever it refuses
 * for another reason, or for too long, fails the job, which starts again from its last checkpoint.
 */
public final class OpenSearchSink implements DocumentSink {
  /** Together with the growth of the delay, patience of about half a minute. */
  private static final int RETRIES = 10;

  private static final long FIRST_RETRY_MILLISECONDS = 500;

  private final JobSettings settings;

  public OpenSearchSink(JobSettings settings) {
    this.settings = settings;
  }

  @Override
  public void addTo(DataStream<Document> documents) {
    documents.sinkTo(build()).uid("opensearch-sink").name("OpenSearch sink");
  }

  private Opensearch2Sink<Document> build() {
    return new Opensearch2SinkBuilder<Document>()
        .setHosts(host(settings))
        .setEmitter(new Emitter())
        .setRestClientFactory(new SigningClientFactory(settings.searchRegion()))
        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .setBulkFlushMaxActions(settings.bulkActions())
        .setBulkFlushMaxSizeMb(settings.bulkSizeMiB())
        .setBulkFlushInterval(settings.flushInterval().toMillis())
        .setBulkFlushBackoffStrategy(
            FlushBackoffType.EXPONENTIAL, RETRIES, FIRST_RETRY_MILLISECONDS)
        .build();
  }

  /** A URL without a port means that of its scheme, whereas the client would take 9200. */
  static HttpHost host(JobSettings settings) {
    URI endpoint = settings.searchEndpoint();
    int schemePort = endpoint.getScheme().equals("https") ? 443 : 80;
    return new HttpHost(
        endpoint.getHost(),
        endpoint.getPort() == -1 ? schemePort : endpoint.getPort(),
        endpoint.getScheme());
  }

  private static final class Emitter implements OpensearchEmitter<Document> {
    private static final long serialVersionUID = 1L;

    @Override
    public void emit(Document document, SinkWriter.Context context, RequestIndexer indexer) {
      indexer.add(
          new IndexRequest(document.index)
              .id(document.id)
              .source(document.source, XContentType.JSON));
    }
  }
}
