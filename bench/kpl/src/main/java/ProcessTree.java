import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What this process and those that it started have used. */
final class ProcessTree {
  private static final String PEAK = "VmHWM:";

  private ProcessTree() {}

  static double cpuSeconds() {
    return processes()
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .mapToDouble(duration -> duration.toNanos() / 1e9)
        .sum();
  }

  /** The peaks of all processes together; only Linux reports those of another process. */
  static long peakMemoryMiB() {
    return processes().mapToLong(process -> peakKiB(process.pid())).sum() / 1024;
  }

  private static Stream<ProcessHandle> processes() {
    ProcessHandle self = ProcessHandle.current();
    return Stream.concat(Stream.of(self), self.descendants());
  }

  private static long peakKiB(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith(PEAK))
          .mapToLong(line -> Long.parseLong(line.substring(PEAK.length()).replace("kB", "").strip()))
          .findFirst()
          .orElse(0);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
