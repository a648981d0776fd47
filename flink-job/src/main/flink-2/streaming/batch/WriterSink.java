package streaming.batch;

import org.apache.flink.api.connector.sink2.Sink;
import streaming.document.Document;

/** What a sink has to have for Flink 2. */
abstract class WriterSink implements Sink<Document> {
  private static final long serialVersionUID = 1L;
}
