package streaming.document;

import org.apache.flink.streaming.api.datastream.DataStream;

/** Where a job's documents go. */
@FunctionalInterface
public interface DocumentSink {
  /**
   * Adds the sink to the job. Documents of the same id must be written in the order of the stream:
   * where the sink partitions it, all documents of an id stay together.
   */
  void addTo(DataStream<Document> documents);
}
