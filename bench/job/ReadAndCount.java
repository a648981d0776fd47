import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import streaming.settings.JobSettings;
import streaming.source.KinesisSource;
import streaming.source.SourceRecord;
import streaming.taxi.Trip;
import streaming.taxi.TripParser;

/** Reads and parses trips as the job does, and only counts them: as fast as any job with this source can be. */
public final class ReadAndCount {
  private ReadAndCount() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> environment = System.getenv();
    JobSettings settings =
        JobSettings.from(KinesisAnalyticsRuntime.getApplicationProperties(), environment);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    new KinesisSource<>(settings, new TripParser())
        .addTo(env)
        .process(new Count())
        .uid("count")
        .name("Count");
    env.execute("read and count");
  }

  private static final class Count extends ProcessFunction<SourceRecord<Trip>, Void> {
    private static final long serialVersionUID = 1L;

    private transient Counter trips;

    @Override
    public void open(OpenContext context) {
      trips = getRuntimeContext().getMetricGroup().counter("trips");
    }

    @Override
    public void processElement(SourceRecord<Trip> record, Context context, Collector<Void> out) {
      trips.inc();
    }
  }
}
