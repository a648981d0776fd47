package streaming.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The validated settings of a run. Their meaning, range and default stand in
 * runtime-properties.schema.json.
 */
public final class JobSettings {
  /** Overrides the endpoint of Kinesis, as in the AWS SDKs. */
  static final String KINESIS_ENDPOINT = "AWS_ENDPOINT_URL_KINESIS";

  /** Overrides the endpoint of the OpenSearch domain's data plane, as in the AWS SDKs. */
  static final String SEARCH_ENDPOINT = "AWS_ENDPOINT_URL_OPENSEARCH";

  private final Map<String, Map<String, String>> values;
  private final Map<String, String> environment;

  private JobSettings(Map<String, Map<String, String>> values, Map<String, String> environment) {
    this.values = values;
    this.environment = environment;
  }

  /**
   * Validates the groups against the contract.
   *
   * @param groups the property groups by id
   * @param environment the environment variables of the process
   * @throws InvalidPropertiesException naming every problem at once
   */
  public static JobSettings from(Map<String, Properties> groups, Map<String, String> environment) {
    Map<String, Map<String, String>> given = new TreeMap<>();
    groups.forEach(
        (group, properties) -> {
          Map<String, String> keys = new TreeMap<>();
          properties
              .stringPropertyNames()
              .forEach(key -> keys.put(key, properties.getProperty(key)));
          given.put(group, keys);
        });

    List<String> problems = new ArrayList<>();
    Map<String, Map<String, String>> values = PropertySchema.load().complete(given, problems);
    checkSlide(values.get("demand"), problems);
    checkEndpoint("search.endpoint", values.get("search").get("endpoint"), problems);
    for (String variable : List.of(KINESIS_ENDPOINT, SEARCH_ENDPOINT)) {
      checkEndpoint("the environment variable " + variable, environment.get(variable), problems);
    }
    if (!problems.isEmpty()) {
      throw new InvalidPropertiesException(problems);
    }
    return new JobSettings(values, new HashMap<>(environment));
  }

  private static void checkSlide(Map<String, String> demand, List<String> problems) {
    String window = demand.get("windowMinutes");
    String slide = demand.get("slideMinutes");
    if (window != null
        && slide != null
        && Integer.parseInt(window) % Integer.parseInt(slide) != 0) {
      problems.add(
          String.format(
              "demand.slideMinutes is \"%s\"; it must divide demand.windowMinutes, \"%s\", without"
                  + " a remainder",
              slide, window));
    }
  }

  private static void checkEndpoint(String name, String value, List<String> problems) {
    if (value != null && !isEndpoint(value)) {
      problems.add(
          String.format(
              "%s is \"%s\"; it must be a URL of scheme, host and port alone, such as"
                  + " http://localhost:4567",
              name, value));
    }
  }

  private static boolean isEndpoint(String value) {
    try {
      URI uri = new URI(value);
      return List.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && List.of("", "/").contains(uri.getPath())
          && uri.getQuery() == null
          && uri.getFragment() == null;
    } catch (URISyntaxException invalid) {
      return false;
    }
  }

  public String workload() {
    return value("job", "workload");
  }

  public String streamName() {
    return value("source", "streamName");
  }

  public String streamRegion() {
    return value("source", "region");
  }

  /** The endpoint that replaces the region's own, if the environment names one. */
  public Optional<String> kinesisEndpoint() {
    return Optional.ofNullable(environment.get(KINESIS_ENDPOINT));
  }

  public String initialPosition() {
    return value("source", "initialPosition");
  }

  public Duration outOfOrderness() {
    return Duration.ofSeconds(integer("source", "outOfOrdernessSeconds"));
  }

  /** Zero means that a shard never counts as idle. */
  public Duration idleness() {
    return Duration.ofSeconds(integer("source", "idlenessSeconds"));
  }

  public URI searchEndpoint() {
    return URI.create(environment.getOrDefault(SEARCH_ENDPOINT, value("search", "endpoint")));
  }

  public String searchRegion() {
    return value("search", "region");
  }

  public int bulkActions() {
    return integer("search", "bulkActions");
  }

  public int bulkSizeMiB() {
    return integer("search", "bulkSizeMiB");
  }

  public Duration flushInterval() {
    return Duration.ofMillis(integer("search", "flushIntervalMilliseconds"));
  }

  public Duration demandWindow() {
    return Duration.ofMinutes(integer("demand", "windowMinutes"));
  }

  public Duration demandSlide() {
    return Duration.ofMinutes(integer("demand", "slideMinutes"));
  }

  public int geohashPrecision() {
    return integer("demand", "geohashPrecision");
  }

  public Duration airportsWindow() {
    return Duration.ofMinutes(integer("airports", "windowMinutes"));
  }

  public Duration earlyInterval() {
    return Duration.ofMillis(integer("results", "earlyIntervalMilliseconds"));
  }

  private int integer(String group, String key) {
    return Integer.parseInt(value(group, key));
  }

  private String value(String group, String key) {
    String value = values.getOrDefault(group, Map.of()).get(key);
    if (value == null) {
      throw new IllegalStateException(
          String.format("%s.%s is neither required nor has it a default", group, key));
    }
    return value;
  }
}
