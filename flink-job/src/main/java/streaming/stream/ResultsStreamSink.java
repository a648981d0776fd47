package streaming.stream;

import java.time.Duration;
import org.apache.flink.streaming.api.datastream.DataStream;
import streaming.batch.BatchLimits;
import streaming.batch.BatchSink;
import streaming.document.Document;
import streaming.retry.Patience;
import streaming.settings.JobSettings;

/**
 * Puts final results into a Kinesis data stream, each at least once: after a recovery, readers may
 * see one again, with the same index and id.
 */
public final class ResultsStreamSink {
  /**
   * Limits of PutRecords
   * (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html); the rest of the
   * 5 MiB is for partition keys.
   */
  private static final int RECORDS = 500;

  private static final long BYTES = 4L * 1024 * 1024;
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private ResultsStreamSink() {}

  public static void addTo(DataStream<Document> documents, String stream, JobSettings settings) {
    documents
        .filter(document -> document.complete && document.subject != null)
        .uid("final-results")
        .name("Final results")
        .sinkTo(
            new BatchSink(
                new BatchLimits(RECORDS, BYTES, INTERVAL, Patience.DEFAULT),
                () -> new PutRecordsSender(stream, settings)))
        .uid("results-stream-sink")
        .name("Results stream sink");
  }
}
