package streaming.settings;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Where the job's property groups come from. */
public final class PropertyGroups {
  /**
   * Environment variable that names a file to read the groups from instead of asking the service.
   * The file has the format of the service's own application_properties.json: a list of objects
   * with PropertyGroupId and PropertyMap.
   */
  static final String FILE_VARIABLE = "APPLICATION_PROPERTIES_FILE";

  private PropertyGroups() {}

  /**
   * Reads the groups.
   *
   * @param environment the environment variables of the process
   * @return the groups by id; empty when the service supplies none
   * @throws InvalidPropertiesException if the named file is missing or has another format
   */
  public static Map<String, Properties> read(Map<String, String> environment) throws IOException {
    String file = environment.get(FILE_VARIABLE);
    if (file == null) {
      return KinesisAnalyticsRuntime.getApplicationProperties();
    }
    // The library answers a missing file with no groups at all, which would blame the groups.
    if (!Files.isReadable(Path.of(file))) {
      throw unreadable(file, "does not exist or cannot be read; create it or unset the variable");
    }
    try {
      return KinesisAnalyticsRuntime.getApplicationProperties(file);
    } catch (IOException | RuntimeException unexpectedFormat) {
      throw unreadable(
          file,
          "is not a JSON list of {\"PropertyGroupId\": \"…\", \"PropertyMap\": {\"key\": \"value\"}}");
    }
  }

  private static InvalidPropertiesException unreadable(String file, String problem) {
    return new InvalidPropertiesException(
        List.of(String.format("the file \"%s\" named by %s %s", file, FILE_VARIABLE, problem)));
  }
}
