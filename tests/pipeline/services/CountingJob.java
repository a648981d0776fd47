import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/**
 * Counts ones, a hundred a second, prints each count and writes it to a bucket: a count that starts again has lost its
 * state.
 */
public final class CountingJob {
  private CountingJob() {}

  public static void main(String[] arguments) throws Exception {
    String properties = KinesisAnalyticsRuntime.getApplicationProperties().toString();
    if (properties.contains("broken")) {
      throw new IllegalArgumentException("The properties are wrong:\n- job.name is broken");
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    DataGeneratorSource<Long> ones =
        new DataGeneratorSource<>(
            number -> 1L, Long.MAX_VALUE, RateLimiterStrategy.perSecond(100), Types.LONG);
    DataStream<String> counts =
        env.fromSource(ones, WatermarkStrategy.noWatermarks(), "ones")
            .uid("ones")
            .keyBy(one -> one)
            .sum(0)
            .uid("count")
            .map(count -> "count=" + count);
    counts.print("counted");
    counts
        .sinkTo(
            FileSink.forRowFormat(new Path("s3a://counts/all"), new SimpleStringEncoder<String>())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .build())
        .uid("files");
    // The name shows that the properties have arrived.
    env.execute(properties.contains("named by the program") ? "named by the program" : "counting");
  }
}
