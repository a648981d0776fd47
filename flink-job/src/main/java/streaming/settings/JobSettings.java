package streaming.settings;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;

/** Validated settings of a run; runtime-properties.schema.json has meaning, range and default. */
public final class JobSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Endpoints other than the services' own, as in the AWS SDKs. */
  static final String KINESIS_ENDPOINT = "AWS_ENDPOINT_URL_KINESIS";

  static final String SEARCH_ENDPOINT = "AWS_ENDPOINT_URL_OPENSEARCH";

  private final HashMap<String, String> values;
  private final HashMap<String, String> environment;

  /** Of the environment the endpoints alone: the settings go into the graph of the job. */
  private JobSettings(Map<String, String> values, Map<String, String> environment) {
    this.values = new HashMap<>(values);
    this.environment = new HashMap<>(environment);
    this.environment.keySet().retainAll(List.of(KINESIS_ENDPOINT, SEARCH_ENDPOINT));
  }

  /**
   * Validates the groups against the contract.
   *
   * @param environment of the process
   * @throws IllegalArgumentException that lists every problem
   */
  public static JobSettings from(Map<String, Properties> groups, Map<String, String> environment) {
    List<String> problems = new ArrayList<>();
    Map<String, String> values = PropertySchema.load().complete(groups, problems);
    new SettingsRules(values, problems).check(groups.keySet(), environment);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "The job's properties are invalid:\n- " + String.join("\n- ", problems));
    }
    return new JobSettings(values, environment);
  }

  /** The value of a property that is required or has a default, such as {@code job.workload}. */
  public String text(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  /** The value of a property that may be absent. */
  public Optional<String> optional(String name) {
    return Optional.ofNullable(values.get(name));
  }

  public int integer(String name) {
    return Integer.parseInt(text(name));
  }

  /** The value of a property whose name ends in the unit, such as {@code demand.windowMinutes}. */
  public Duration duration(String name) {
    int value = integer(name);
    if (name.endsWith("Minutes")) {
      return Duration.ofMinutes(value);
    }
    return name.endsWith("Milliseconds") ? Duration.ofMillis(value) : Duration.ofSeconds(value);
  }

  /** In place of the Kinesis endpoint of the region. */
  public Optional<URI> kinesisEndpoint() {
    return Optional.ofNullable(environment.get(KINESIS_ENDPOINT)).map(URI::create);
  }

  public Optional<URI> searchEndpoint() {
    return optional("search.endpoint")
        .map(endpoint -> URI.create(environment.getOrDefault(SEARCH_ENDPOINT, endpoint)));
  }
}
