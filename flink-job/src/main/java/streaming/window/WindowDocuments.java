package streaming.window;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import streaming.JobMetrics;
import streaming.document.Document;

/**
 * Writes the result of a window as a document. An early result and the final one share the id, come
 * from the same subtask in this order, and so the final one stays.
 */
public final class WindowDocuments<R, K> extends ProcessWindowFunction<R, Document, K, TimeWindow> {
  private static final long serialVersionUID = 1L;

  private final String index;
  private final Fields<R, K> fields;
  private transient Counter documents;

  public WindowDocuments(String index, Fields<R, K> fields) {
    this.index = index;
    this.fields = fields;
  }

  /** Writes the fields of a key and its result. */
  @FunctionalInterface
  public interface Fields<R, K> extends Serializable {
    void write(K key, R result, JsonGenerator json) throws IOException;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    documents = JobMetrics.counter(getRuntimeContext().getMetricGroup(), JobMetrics.DOCUMENTS);
  }

  @Override
  public void process(K key, Context context, Iterable<R> results, Collector<Document> out)
      throws IOException {
    TimeWindow window = context.window();
    R result = results.iterator().next();
    Document document =
        Document.result(
            index,
            key.toString(),
            window.getStart(),
            window.getEnd(),
            context.currentWatermark() >= window.maxTimestamp(),
            json -> fields.write(key, result, json));
    document.live = EarlyResultTrigger.isLive(context.windowState()) && !document.complete;
    out.collect(document);
    documents.inc();
  }
}
