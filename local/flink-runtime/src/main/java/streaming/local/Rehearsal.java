package streaming.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A small job on a cluster inside this process, which ends with it. Run once after the build: the
 * Java archive of the classes that it loads lets job managers and task managers start faster.
 */
public final class Rehearsal {
  private static final int RECORDS = 100;
  private static final int RECORD_MILLISECONDS = 10;

  private Rehearsal() {}

  public static void main(String[] arguments) throws Exception {
    Path checkpoints = Files.createTempDirectory("checkpoints");
    Configuration configuration =
        Configuration.fromMap(
            Map.of(
                "rest.port", "0",
                "rest.bind-address", "127.0.0.1",
                "jobmanager.bind-host", "127.0.0.1",
                "taskmanager.bind-host", "127.0.0.1",
                "taskmanager.memory.managed.size", "64m",
                "state.backend.type", "rocksdb",
                "execution.checkpointing.interval", "100 ms",
                "execution.checkpointing.incremental", "true",
                "execution.checkpointing.dir", checkpoints.toUri().toString()));
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironmentWithWebUI(configuration);
    environment.setParallelism(2);
    environment
        .fromSequence(1, RECORDS)
        .map(
            number -> {
              Thread.sleep(RECORD_MILLISECONDS);
              return number;
            })
        .returns(Types.LONG)
        .keyBy(number -> number % 2)
        .reduce(Long::sum)
        .print();
    environment.execute("rehearsal");
  }
}
