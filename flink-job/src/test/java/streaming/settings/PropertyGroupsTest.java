package streaming.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyGroupsTest {
  @TempDir private Path directory;

  @Test
  void readsTheFileThatTheEnvironmentNames() throws IOException {
    Map<String, Properties> groups =
        read(
            "[{\"PropertyGroupId\": \"job\", \"PropertyMap\": {\"workload\": \"taxi\"}},"
                + " {\"PropertyGroupId\": \"demand\", \"PropertyMap\": {\"slideMinutes\": \"1\"}}]");

    assertThat(groups).containsOnlyKeys("job", "demand");
    assertThat(groups.get("job")).isEqualTo(Map.of("workload", "taxi"));
    assertThat(groups.get("demand")).isEqualTo(Map.of("slideMinutes", "1"));
  }

  @Test
  void asksTheServiceWhenTheEnvironmentNamesNoFile() throws IOException {
    assertThat(PropertyGroups.read(Map.of())).isEmpty();
  }

  @Test
  void refusesAFileThatDoesNotExist() {
    String file = directory.resolve("missing.json").toString();

    assertThatThrownBy(() -> PropertyGroups.read(Map.of("APPLICATION_PROPERTIES_FILE", file)))
        .isInstanceOf(InvalidPropertiesException.class)
        .hasMessageContaining(
            "the file \"%s\" named by APPLICATION_PROPERTIES_FILE does not exist", file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not json", "[1]", "[{\"PropertyGroupId\": \"job\"}]"})
  void refusesAFileOfAnotherFormat(String content) {
    assertThatThrownBy(() -> read(content))
        .isInstanceOf(InvalidPropertiesException.class)
        .hasMessageContaining("is not a JSON list of {\"PropertyGroupId\"");
  }

  private Map<String, Properties> read(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("application_properties.json"), content);
    return PropertyGroups.read(Map.of("APPLICATION_PROPERTIES_FILE", file.toString()));
  }
}
