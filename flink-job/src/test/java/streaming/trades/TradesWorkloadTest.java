package streaming.trades;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streaming.document.CollectingSink;
import streaming.document.DeadLetter;
import streaming.document.Document;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;
import streaming.source.PayloadSource;

/** The whole job on a cluster in this process, against lists of the trades of each window. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TradesWorkloadTest {
  private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(10);
  private static final long WINDOW = 60_000;

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private final JobSettings settings =
      new SettingsFixture()
          .set("job", "workload", "trades")
          .set("results", "earlyIntervalMilliseconds", "100")
          .load();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void findsWhatAnIndependentComputationFinds(long seed) throws Exception {
    List<String> payloads = TradeStream.payloads(3000, seed);
    CollectingSink sink = new CollectingSink();

    environment(
            new Configuration(),
            PayloadSource.of(new TradeParser(), payloads, OUT_OF_ORDERNESS),
            sink)
        .execute();

    assertThat(found(sink)).isEqualTo(expected(payloads)).hasSizeGreaterThan(150);
  }

  @Test
  void findsTheSameAfterARestartFromASavepoint(
      @InjectMiniCluster MiniCluster cluster, @TempDir Path savepoints) throws Exception {
    List<String> payloads = TradeStream.payloads(2000, 4);
    CollectingSink sink = new CollectingSink();
    PayloadSource<Trade> source =
        PayloadSource.pausing(new TradeParser(), payloads, OUT_OF_ORDERNESS, 1000);

    JobClient firstRun = environment(new Configuration(), source, sink).executeAsync();
    source.awaitPause();
    CommonTestUtils.waitForAllTaskRunning(cluster, firstRun.getJobID(), false);
    Configuration fromSavepoint = new Configuration();
    fromSavepoint.set(
        StateRecoveryOptions.SAVEPOINT_PATH,
        firstRun
            .stopWithSavepoint(false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
            .get());
    environment(
            fromSavepoint, PayloadSource.of(new TradeParser(), payloads, OUT_OF_ORDERNESS), sink)
        .execute();

    assertThat(found(sink)).isEqualTo(expected(payloads));
  }

  @Test
  void writesTheFieldsOfTheIndex() throws Exception {
    List<String> payloads =
        List.of(
            trade("b", "2019-03-01T18:00:00.000Z", "100.10", 100),
            trade("a", "2019-03-01T18:00:59.999Z", "99.90", 300),
            trade("c", "2019-03-01T18:00:30.000Z", "100.40", 100));
    CollectingSink sink = new CollectingSink();

    environment(
            new Configuration(),
            PayloadSource.of(new TradeParser(), payloads, Duration.ofMinutes(1)),
            sink)
        .execute();

    List<Document> documents = sink.documents();
    Document last = documents.get(documents.size() - 1);
    assertThat(last.index + "/" + last.id).isEqualTo("trade-statistics/AMZN-1551463200");
    assertThat(last.subject).isEqualTo("AMZN");
    assertThat(last.source)
        .isEqualTo(
            "{\"symbol\":\"AMZN\",\"trades\":3,\"volume\":500,\"vwap\":100.04,\"high\":100.4,"
                + "\"low\":99.9,\"open\":100.1,\"close\":99.9,\"change\":-0.2,"
                + "\"changePercent\":"
                + 100.0 * -20 / 10010
                + ",\"windowStart\":\"2019-03-01T18:00:00Z\","
                + "\"windowEnd\":\"2019-03-01T18:01:00Z\",\"complete\":true}");
  }

  @Test
  void whatTravelsBetweenOperatorsIsSerialisedWithoutReflectionByKryo() {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(Trade.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(AdmittedTrade.class);
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(TradeStatistics.class);
  }

  private static String trade(String id, String time, String price, int quantity) {
    return String.format(
        "{\"id\":\"%s\",\"symbol\":\"AMZN\",\"time\":\"%s\",\"price\":%s,\"quantity\":%d}",
        id.repeat(32), time, price, quantity);
  }

  private StreamExecutionEnvironment environment(
      Configuration configuration, PayloadSource<Trade> source, CollectingSink sink) {
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    sink.addTo(TradesWorkload.of(settings, source.addTo(env)));
    return env;
  }

  /** The figures of the last document of each id; no result may follow a final one. */
  private static Map<String, String> found(CollectingSink sink) throws IOException {
    Map<String, String> found = new TreeMap<>();
    Set<String> complete = new HashSet<>();
    for (Document document : sink.documents()) {
      Map<String, Object> fields = JSON.std.mapFrom(document.source);
      if (document.index.equals(DeadLetter.INDEX)) {
        found.put(document.id, fields.get("reason").toString());
        continue;
      }
      assertThat(complete).doesNotContain(document.id);
      if (document.complete) {
        complete.add(document.id);
      }
      List<Object> figures = new ArrayList<>();
      for (String figure :
          List.of("trades", "volume", "vwap", "high", "low", "open", "close", "change")) {
        figures.add(((Number) fields.get(figure)).doubleValue());
      }
      found.put(document.id, figures.toString());
    }
    return found;
  }

  private static Map<String, String> expected(List<String> payloads) {
    Map<String, String> expected = new TreeMap<>();
    Map<String, List<Map<String, Object>>> windows = new HashMap<>();
    Set<Object> counted = new HashSet<>();
    long watermark = Long.MIN_VALUE;
    for (int position = 0; position < payloads.size(); position++) {
      Map<String, Object> trade;
      try {
        trade = JSON.std.mapFrom(payloads.get(position));
      } catch (IOException malformed) {
        expected.put("shardId-000000000000-" + position, "malformed");
        continue;
      }
      long time = Instant.parse((String) trade.get("time")).toEpochMilli();
      long start = time - time % WINDOW;
      if (start + WINDOW - 1 <= watermark) {
        expected.put("shardId-000000000000-" + position, "late");
      } else if (counted.add(trade.get("id"))) {
        windows
            .computeIfAbsent(trade.get("symbol") + "-" + start / 1000, window -> new ArrayList<>())
            .add(trade);
      }
      watermark = Math.max(watermark, time - OUT_OF_ORDERNESS.toMillis() - 1);
    }
    windows.forEach((window, trades) -> expected.put(window, figures(trades).toString()));
    return expected;
  }

  private static List<Object> figures(List<Map<String, Object>> trades) {
    trades.sort(
        Comparator.comparing((Map<String, Object> trade) -> (String) trade.get("time"))
            .thenComparing(trade -> (String) trade.get("id")));
    double volume = 0;
    double paid = 0;
    double high = 0;
    double low = Double.MAX_VALUE;
    for (Map<String, Object> trade : trades) {
      double quantity = ((Number) trade.get("quantity")).doubleValue();
      volume += quantity;
      paid += cents(trade) * quantity;
      high = Math.max(high, cents(trade));
      low = Math.min(low, cents(trade));
    }
    double open = cents(trades.get(0));
    double close = cents(trades.get(trades.size() - 1));
    return List.of(
        (double) trades.size(),
        volume,
        paid / volume / 100,
        high / 100,
        low / 100,
        open / 100,
        close / 100,
        (close - open) / 100);
  }

  private static double cents(Map<String, Object> trade) {
    return Math.rint(((Number) trade.get("price")).doubleValue() * 100);
  }
}
