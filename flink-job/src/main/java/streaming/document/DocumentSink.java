package streaming.document;

import org.apache.flink.streaming.api.datastream.DataStream;

/** Where a job's documents go. */
@FunctionalInterface
public interface DocumentSink {
  /**
   * Adds the sink to the job. Documents of the same id must be written in the order of the stream:
   * the sink may not change how the stream is partitioned.
   */
  void addTo(DataStream<Document> documents);
}
