package __package__;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.timestamps.BoundedOutOfOrdernessTimestampExtractor;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the views of each page per minute of event time. */
public final class StreamingJob {
  private static final Logger LOG = LoggerFactory.getLogger(StreamingJob.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    Map<String, Properties> groups = KinesisAnalyticsRuntime.getApplicationProperties();
    Properties input = groups.get("InputStream0");
    Properties output = groups.get("SearchOutput");
    String index = output.getProperty("index");
    Duration outOfOrderness =
        Duration.ofSeconds(Long.parseLong(input.getProperty("out.of.orderness.seconds")));

    FlinkKinesisConsumer<PageView> source =
        new FlinkKinesisConsumer<>(input.getProperty("stream.name"), new PageViewSchema(), input);
    // Watermarks per shard: of those that are read, the one that is furthest behind counts.
    source.setPeriodicWatermarkAssigner(
        new BoundedOutOfOrdernessTimestampExtractor<>(outOfOrderness) {
          @Override
          public long extractTimestamp(PageView view) {
            return view.viewedAt;
          }
        });

    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.addSource(source)
        .uid("source")
        .keyBy(view -> view.page)
        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
        // A shard that is read after the others is late as a whole; its events write documents again.
        .allowedLateness(Duration.ofDays(1))
        .reduce(
            (one, other) -> one.plus(other),
            (page, window, sums, documents) ->
                documents.collect(document(index, window, sums.iterator().next())),
            Types.<Tuple3<String, String, String>>TUPLE(Types.STRING, Types.STRING, Types.STRING))
        .uid("count")
        .sinkTo(context -> new OpenSearchWriter(output))
        .uid("search");
    env.execute("__name__");
  }

  /** A view, or the sum of several. */
  public static final class PageView {
    public String page;
    public long viewedAt;
    public long views = 1;

    PageView plus(PageView other) {
      PageView sum = new PageView();
      sum.page = page;
      sum.viewedAt = viewedAt;
      sum.views = views + other.views;
      return sum;
    }
  }

  private static final class PageViewSchema extends AbstractDeserializationSchema<PageView> {
    @Override
    public PageView deserialize(byte[] message) {
      try {
        JsonNode event = JSON.readTree(message);
        PageView view = new PageView();
        view.page = event.required("page").asText();
        view.viewedAt =
            OffsetDateTime.parse(event.required("viewedAt").asText()).toInstant().toEpochMilli();
        return view;
      } catch (IOException | IllegalArgumentException | DateTimeException exception) {
        LOG.warn("Skipped a malformed event", exception);
        return null;
      }
    }
  }

  /** Index, id and JSON; a window that is computed again has the same id. */
  private static Tuple3<String, String, String> document(
      String index, TimeWindow window, PageView sum) {
    String start = Instant.ofEpochMilli(window.getStart()).toString();
    ObjectNode source =
        JSON.createObjectNode()
            .put("page", sum.page)
            .put("windowStart", start)
            .put("views", sum.views);
    return Tuple3.of(
        index + "-" + start.substring(0, 10), sum.page + "|" + start, source.toString());
  }
}
