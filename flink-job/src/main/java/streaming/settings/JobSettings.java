package streaming.settings;

import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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
public final class JobSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Overrides the endpoint of Kinesis, as in the AWS SDKs. */
  static final String KINESIS_ENDPOINT = "AWS_ENDPOINT_URL_KINESIS";

  /** Overrides the endpoint of the OpenSearch domain's data plane, as in the AWS SDKs. */
  static final String SEARCH_ENDPOINT = "AWS_ENDPOINT_URL_OPENSEARCH";

  private final HashMap<String, Map<String, String>> values;
  private final HashMap<String, String> environment;

  private JobSettings(Map<String, Map<String, String>> values, Map<String, String> environment) {
    this.values = new HashMap<>(values);
    this.environment = new HashMap<>(environment);
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
    SettingsRules.check(values, environment, problems);
    if (!problems.isEmpty()) {
      throw new InvalidPropertiesException(problems);
    }
    return new JobSettings(values, environment);
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

  /** Where to begin, if the initial position is AT_TIMESTAMP. */
  public Optional<Instant> initialTimestamp() {
    return optional("source", "initialTimestamp").map(Instant::parse);
  }

  /** The registered consumer to read as; without one the job polls. */
  public Optional<String> consumerArn() {
    return optional("source", "consumerArn");
  }

  public Duration outOfOrderness() {
    return Duration.ofSeconds(integer("source", "outOfOrdernessSeconds"));
  }

  /** Zero means that a shard never counts as idle. */
  public Duration idleness() {
    return Duration.ofSeconds(integer("source", "idlenessSeconds"));
  }

  /** How far after its arrival an event may lie. */
  public Duration maxAhead() {
    return Duration.ofSeconds(integer("source", "maxAheadSeconds"));
  }

  /** How far in event time a shard is read ahead of the slowest. */
  public Duration maxDrift() {
    return Duration.ofSeconds(integer("source", "maxDriftSeconds"));
  }

  /** The domain, if the job writes to one. */
  public Optional<URI> searchEndpoint() {
    return optional("search", "endpoint")
        .map(endpoint -> URI.create(environment.getOrDefault(SEARCH_ENDPOINT, endpoint)));
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

  public int searchRetries() {
    return integer("search", "retries");
  }

  public Duration searchRetryDelay() {
    return Duration.ofMillis(integer("search", "retryDelayMilliseconds"));
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

  public int topAreas() {
    return integer("demand", "topAreas");
  }

  public int normalWindows() {
    return integer("demand", "normalWindows");
  }

  public Duration airportsWindow() {
    return Duration.ofMinutes(integer("airports", "windowMinutes"));
  }

  public Duration tradesWindow() {
    return Duration.ofSeconds(integer("trades", "windowSeconds"));
  }

  public Duration earlyInterval() {
    return Duration.ofMillis(integer("results", "earlyIntervalMilliseconds"));
  }

  /** The stream for final results, if the job writes them to one. */
  public Optional<String> resultsStreamName() {
    return optional("resultsStream", "streamName");
  }

  public String resultsStreamRegion() {
    return value("resultsStream", "region");
  }

  /** The folder for final results and dead letters, if the job keeps them in files. */
  public Optional<String> archivePath() {
    return optional("archive", "path");
  }

  private int integer(String group, String key) {
    return Integer.parseInt(value(group, key));
  }

  private Optional<String> optional(String group, String key) {
    return Optional.ofNullable(values.getOrDefault(group, Map.of()).get(key));
  }

  private String value(String group, String key) {
    return optional(group, key)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    String.format("%s.%s is neither given nor has it a default", group, key)));
  }
}
