import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Counts ones, a hundred a second, and prints each count: a count that begins anew has lost its state. */
public final class CountingJob {
  private CountingJob() {}

  public static void main(String[] arguments) throws Exception {
    String properties = Files.readString(Path.of(System.getenv("APPLICATION_PROPERTIES_FILE")));
    if (properties.contains("broken")) {
      throw new IllegalArgumentException("The properties are wrong:\n- job.name is broken");
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    DataGeneratorSource<Long> ones =
        new DataGeneratorSource<>(
            number -> 1L, Long.MAX_VALUE, RateLimiterStrategy.perSecond(100), Types.LONG);
    env.fromSource(ones, WatermarkStrategy.noWatermarks(), "ones")
        .uid("ones")
        .keyBy(one -> one)
        .sum(0)
        .uid("count")
        .map(count -> "count=" + count)
        .print("counted");
    // The name shows that the properties have arrived.
    env.execute(properties.contains("named by the program") ? "named by the program" : "counting");
  }
}
