package streaming.window;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import streaming.search.Document;

/**
 * Writes the result of a window as a document: {@code <key>-<window start in epoch seconds>} with
 * the fields windowStart, windowEnd and complete beside those of the result. An early result and
 * the final one share the id, come from the same subtask in this order, and so the final one stays.
 *
 * @param <R> the type of the result
 * @param <K> the type of the key
 */
public abstract class WindowDocuments<R, K>
    extends ProcessWindowFunction<R, Document, K, TimeWindow> {
  private static final long serialVersionUID = 1L;

  private final String index;
  private transient Counter documents;

  protected WindowDocuments(String index) {
    this.index = index;
  }

  /** Writes the fields of the key and the result. */
  protected abstract void write(K key, R result, JsonGenerator json) throws IOException;

  @Override
  public void open(OpenContext context) throws Exception {
    documents = getRuntimeContext().getMetricGroup().counter("documents");
  }

  @Override
  public void process(K key, Context context, Iterable<R> results, Collector<Document> out) {
    TimeWindow window = context.window();
    R result = results.iterator().next();
    out.collect(
        Document.of(
            index,
            key + "-" + window.getStart() / 1000,
            json -> {
              write(key, result, json);
              json.writeStringField(
                  "windowStart", Instant.ofEpochMilli(window.getStart()).toString());
              json.writeStringField("windowEnd", Instant.ofEpochMilli(window.getEnd()).toString());
              json.writeBooleanField(
                  "complete", context.currentWatermark() >= window.maxTimestamp());
            }));
    documents.inc();
  }
}
