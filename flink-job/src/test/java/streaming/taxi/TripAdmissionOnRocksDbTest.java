package streaming.taxi;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** The same on the state backend of Managed Service for Apache Flink. */
class TripAdmissionOnRocksDbTest extends TripAdmissionTest {
  @Override
  Configuration stateBackend() {
    return Configuration.fromMap(
        Map.of("state.backend.type", "rocksdb", "state.backend.rocksdb.memory.managed", "false"));
  }

  @Override
  int timersInState(KeyedOneInputStreamOperatorTestHarness<?, ?, ?> opened) throws Exception {
    // Writes the changes of timers that wait in memory.
    opened.snapshot(1, 1);
    return opened.numEventTimeTimers() + opened.numProcessingTimeTimers();
  }
}
