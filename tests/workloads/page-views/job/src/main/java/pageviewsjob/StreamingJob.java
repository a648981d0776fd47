package pageviewsjob;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.timestamps.BoundedOutOfOrdernessTimestampExtractor;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.util.Collector;
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
    String endpoint = output.getProperty("endpoint");
    String region = output.getProperty("aws.region");

    FlinkKinesisConsumer<PageView> source =
        new FlinkKinesisConsumer<>(input.getProperty("stream.name"), new PageViewSchema(), input);
    // Watermarks per shard: of those that are read, the one that is furthest behind counts.
    source.setPeriodicWatermarkAssigner(
        new EventTime(Long.parseLong(input.getProperty("out.of.orderness.seconds"))));

    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.addSource(source)
        .uid("source")
        .keyBy(view -> view.page)
        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
        // A shard that is read after the others is late as a whole; its events write documents again.
        .allowedLateness(Duration.ofDays(1))
        .reduce((one, other) -> one.plus(other), new ToDocument(index))
        .uid("count")
        .sinkTo(context -> new OpenSearchWriter(endpoint, region))
        .uid("search");
    env.execute("page-views");
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

  private static final class EventTime extends BoundedOutOfOrdernessTimestampExtractor<PageView> {
    EventTime(long outOfOrdernessSeconds) {
      super(Duration.ofSeconds(outOfOrdernessSeconds));
    }

    @Override
    public long extractTimestamp(PageView view) {
      return view.viewedAt;
    }
  }

  /** Makes index, id and JSON of a document; a window that is computed again has the same id. */
  private static final class ToDocument
      extends ProcessWindowFunction<PageView, Tuple3<String, String, String>, String, TimeWindow> {
    private final String index;

    ToDocument(String index) {
      this.index = index;
    }

    @Override
    public void process(
        String page,
        Context context,
        Iterable<PageView> sum,
        Collector<Tuple3<String, String, String>> documents) {
      String start = Instant.ofEpochMilli(context.window().getStart()).toString();
      String source =
          JSON.createObjectNode()
              .put("page", page)
              .put("windowStart", start)
              .put("views", sum.iterator().next().views)
              .toString();
      documents.collect(
          Tuple3.of(index + "-" + start.substring(0, 10), page + "|" + start, source));
    }
  }
}
