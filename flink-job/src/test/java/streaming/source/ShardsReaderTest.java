package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.flink.metrics.testutils.MetricListener;
import org.apache.flink.runtime.metrics.groups.InternalSourceReaderMetricGroup;
import org.apache.flink.util.UserCodeClassLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;
import streaming.taxi.Trip;
import streaming.taxi.TripParser;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class ShardsReaderTest {
  private static final String SHARD = "shardId-000000000000";

  private final MetricListener metrics = new MetricListener();
  private final Output output = new Output();

  /** The event times that the enumerator gets. */
  private final List<Long> progress = new ArrayList<>();

  private FakeKinesis kinesis;
  private ShardsReader<Trip> reader;

  @BeforeEach
  void start() throws Exception {
    kinesis = FakeKinesis.start();
    JobSettings settings =
        new SettingsFixture().environment("AWS_ENDPOINT_URL_KINESIS", kinesis.endpoint()).load();
    reader =
        new ShardsReader<>(
            new Context(metrics, progress),
            new TripParser(),
            settings,
            new KinesisClients(settings));
    reader.start();
  }

  @AfterEach
  void stop() {
    reader.close();
    kinesis.close();
  }

  @Test
  void keepsAnEndedShardUntilACheckpointHasIt() throws Exception {
    kinesis.put(0, payload("a"));
    kinesis.close(0);
    reader.addSplits(List.of(split(ShardPosition.from(0))));
    poll(1);

    awaitEnd();
    assertThat(positions(1)).containsExactly("the end");
    assertThat(positions(2)).containsExactly("the end");
    reader.notifyCheckpointComplete(1);
    assertThat(positions(3)).isEmpty();
  }

  @Test
  void aShardThatWasReadToItsEndIsNotReadAgain() throws Exception {
    kinesis.put(0, payload("a"));
    kinesis.close(0);
    reader.addSplits(List.of(split(ShardPosition.ENDED)));

    awaitEnd();

    assertThat(kinesis.iterators()).isEmpty();
    assertThat(output.records).isEmpty();
  }

  @Test
  void doesNotKnowHowFarBehindAShardIsBeforeTheFirstAnswer() throws Exception {
    kinesis.put(0, payload("a"));
    kinesis.lag(0, true);
    assertThat(gauge("KinesisAnalytics", "millisBehindLatest")).isEqualTo(-1);
    reader.addSplits(List.of(split(ShardPosition.from(0))));
    assertThat(gauge("KinesisStreamSource", "shardId", SHARD, "millisBehindLatest")).isEqualTo(-1);

    while (gauge("KinesisAnalytics", "millisBehindLatest") < 0) {
      reader.pollNext(output);
    }
    assertThat(gauge("KinesisStreamSource", "shardId", SHARD, "millisBehindLatest"))
        .isEqualTo(1000);

    kinesis.lag(0, false);
    poll(1);
    assertThat(gauge("KinesisAnalytics", "millisBehindLatest")).isZero();
  }

  @Test
  void theEndOfAShardThatItDoesNotReadChangesNothing() throws Exception {
    kinesis.put(0, payload("a"));
    reader.addSplits(List.of(split(ShardPosition.from(0))));
    reader.handleSourceEvents(new ShardEvents.End("shardId-000000000009"));

    poll(1);

    assertThat(positions(1)).containsExactly("AFTER_SEQUENCE_NUMBER 1");
  }

  @Test
  void partsOfAnAggregatedRecordThatBelongToAnotherShardAreLeftOut() throws Exception {
    // The digest of this key lies in the lower half, outside of this shard.
    kinesis.put(0, AggregatedRecord.of("a", payload("1"), payload("2")));
    kinesis.put(0, payload("own"));
    reader.addSplits(
        List.of(
            new ShardSplit(
                SHARD,
                BigInteger.ONE.shiftLeft(127),
                BigInteger.ONE.shiftLeft(128),
                ShardPosition.from(0),
                SourceRecord.NO_EVENT_TIME)));

    poll(1);

    assertThat(output.records)
        .singleElement()
        .satisfies(record -> assertThat(record.payload).isEqualTo(payload("own")));
  }

  @Test
  void reportsItsProgressWhereItMayNotReadOnYet() throws Exception {
    for (int hour = 0; hour < 20; hour++) {
      kinesis.put(0, trip(Instant.EPOCH.plus(Duration.ofHours(hour))));
    }
    reader.addSplits(List.of(split(ShardPosition.from(0))));

    for (int hour = 0; hour < 18; hour += 3) {
      reader.handleSourceEvents(new ShardEvents.Time(Duration.ofHours(hour).toMillis()));
      // One that lies after the limit shows that the others are read.
      poll(hour + 2);
      do {
        reader.pollNext(output);
        // Only the first report comes by the clock.
      } while (progress.isEmpty());
      assertThat(progress).endsWith(Duration.ofHours(hour + 1).toMillis());
    }
  }

  private static byte[] trip(Instant dropoffTime) {
    return payload(
        String.format(
            "{\"id\":\"%032x\",\"pickupTime\":\"1969-12-31T00:00:00Z\",\"dropoffTime\":\"%s\","
                + "\"pickupZone\":230,\"dropoffZone\":48}",
            0, dropoffTime));
  }

  private static ShardSplit split(ShardPosition position) {
    return new ShardSplit(
        SHARD,
        BigInteger.ZERO,
        BigInteger.ONE.shiftLeft(128),
        position,
        SourceRecord.NO_EVENT_TIME);
  }

  private static byte[] payload(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void poll(int records) throws Exception {
    while (output.records.size() < records) {
      reader.pollNext(output);
    }
  }

  private void awaitEnd() throws Exception {
    while (output.released == 0) {
      reader.pollNext(output);
      reader.handleSourceEvents(new ShardEvents.End(SHARD));
    }
  }

  private List<String> positions(long checkpoint) {
    List<String> positions = new ArrayList<>();
    reader.snapshotState(checkpoint).forEach(split -> positions.add(split.position.toString()));
    return positions;
  }

  private long gauge(String... name) {
    return metrics.<Long>getGauge(name).orElseThrow().getValue();
  }

  private static final class Context implements SourceReaderContext {
    private final SourceReaderMetricGroup metrics;
    private final List<Long> progress;

    private Context(MetricListener listener, List<Long> progress) {
      this.progress = progress;
      metrics = InternalSourceReaderMetricGroup.mock(listener.getMetricGroup());
    }

    @Override
    public SourceReaderMetricGroup metricGroup() {
      return metrics;
    }

    @Override
    public Configuration getConfiguration() {
      return new Configuration();
    }

    @Override
    public String getLocalHostName() {
      return "localhost";
    }

    @Override
    public int getIndexOfSubtask() {
      return 0;
    }

    @Override
    public void sendSplitRequest() {}

    @Override
    public void sendSourceEventToCoordinator(SourceEvent event) {
      if (event instanceof ShardEvents.Time) {
        progress.add(((ShardEvents.Time) event).eventTime);
      }
    }

    @Override
    public UserCodeClassLoader getUserCodeClassLoader() {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Output implements ReaderOutput<SourceRecord<Trip>> {
    private final List<SourceRecord<Trip>> records = new ArrayList<>();
    private int released;

    @Override
    public void collect(SourceRecord<Trip> record) {
      records.add(record);
    }

    @Override
    public void collect(SourceRecord<Trip> record, long time) {
      records.add(record);
    }

    @Override
    public SourceOutput<SourceRecord<Trip>> createOutputForSplit(String split) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String split) {
      released++;
    }

    @Override
    public void emitWatermark(Watermark watermark) {}

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}
  }
}
