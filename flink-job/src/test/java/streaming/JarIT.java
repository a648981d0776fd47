package streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The jar as it is delivered. */
class JarIT {
  private JarFile jar;

  @BeforeEach
  void open() throws IOException {
    jar = new JarFile(Path.of("target", "flink-job.jar").toFile());
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  @Test
  void startsTheJob() throws IOException {
    assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
        .isEqualTo(FlinkJob.class.getName());
    assertThat(jar.getEntry("streaming/FlinkJob.class")).isNotNull();
  }

  @Test
  void hasTheContractAndTheZones() {
    assertThat(jar.getEntry("runtime-properties.schema.json")).isNotNull();
    assertThat(jar.getEntry("taxi-zones.csv")).isNotNull();
  }

  @Test
  void leavesFlinkTheLoggingAndThePropertyGroupsToTheCluster() {
    assertThat(entries())
        .noneMatch(
            entry ->
                entry.startsWith("org/slf4j/")
                    || entry.startsWith("com/amazonaws/")
                    || entry.equals("config.properties")
                    || entry.contains("org/apache/logging/log4j/")
                    || entry.startsWith("org/apache/log4j/")
                    || entry.startsWith("org/apache/flink/runtime/")
                    || entry.startsWith("org/apache/flink/api/"));
  }

  @Test
  void hasNoSignaturesOrModulesOfItsParts() {
    assertThat(entries())
        .noneMatch(entry -> entry.endsWith("module-info.class") || entry.endsWith(".SF"));
  }

  @Test
  void hasTheAwsSdkWithBothOfItsClients() {
    assertThat(entries())
        .contains(
            "software/amazon/awssdk/http/nio/netty/NettyNioAsyncHttpClient.class",
            "software/amazon/awssdk/http/apache5/Apache5HttpClient.class");
  }

  private List<String> entries() {
    return jar.stream().map(entry -> entry.getName()).collect(Collectors.toList());
  }
}
