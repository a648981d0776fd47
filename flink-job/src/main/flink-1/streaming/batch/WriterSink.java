package streaming.batch;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import streaming.document.Document;

/** What a sink has to have for Flink 1 beyond what it needs for Flink 2. */
abstract class WriterSink implements Sink<Document> {
  private static final long serialVersionUID = 1L;

  @Override
  @Deprecated
  public final SinkWriter<Document> createWriter(InitContext context) {
    throw new UnsupportedOperationException("Flink makes writers with the newer context");
  }
}
