package streaming.stream;

import java.net.URI;
import java.time.Duration;
import org.apache.flink.streaming.api.datastream.DataStream;
import streaming.batch.BatchLimits;
import streaming.batch.BatchSink;
import streaming.document.Document;
import streaming.document.DocumentSink;
import streaming.retry.Patience;
import streaming.settings.JobSettings;

/**
 * Puts final results into a Kinesis data stream, each at least once: after a recovery, readers may
 * see one again, with the same index and id.
 */
public final class ResultsStreamSink implements DocumentSink {
  /**
   * Limits of PutRecords
   * (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html); the rest of the
   * 5 MiB is for partition keys.
   */
  private static final int RECORDS = 500;

  private static final long BYTES = 4L * 1024 * 1024;
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final String name;
  private final String region;
  private final URI endpoint;

  /**
   * @param name of the stream
   */
  public ResultsStreamSink(JobSettings settings, String name) {
    this.name = name;
    region = settings.resultsStreamRegion();
    endpoint = settings.kinesisEndpoint().map(URI::create).orElse(null);
  }

  @Override
  public void addTo(DataStream<Document> documents) {
    String stream = name;
    String streamRegion = region;
    URI streamEndpoint = endpoint;
    documents
        .filter(document -> document.complete && document.subject != null)
        .uid("final-results")
        .name("Final results")
        .sinkTo(
            new BatchSink(
                new BatchLimits(RECORDS, BYTES, INTERVAL, Patience.DEFAULT),
                () -> new PutRecordsSender(stream, streamRegion, streamEndpoint)))
        .uid("results-stream-sink")
        .name("Results stream sink");
  }
}
