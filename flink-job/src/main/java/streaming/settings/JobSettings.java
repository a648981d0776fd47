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

/** Validated settings of a run; runtime-properties.schema.json has meaning, range and default. */
public final class JobSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Endpoints other than the services' own, as in the AWS SDKs. */
  static final String KINESIS_ENDPOINT = "AWS_ENDPOINT_URL_KINESIS";

  static final String SEARCH_ENDPOINT = "AWS_ENDPOINT_URL_OPENSEARCH";

  private final HashMap<String, String> values;
  private final HashMap<String, String> environment;

  private JobSettings(Map<String, String> values, Map<String, String> environment) {
    this.values = new HashMap<>(values);
    this.environment = new HashMap<>(environment);
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

  public String workload() {
    return values.get("job.workload");
  }

  public String streamName() {
    return values.get("source.streamName");
  }

  public String streamRegion() {
    return values.get("source.region");
  }

  public Optional<String> kinesisEndpoint() {
    return Optional.ofNullable(environment.get(KINESIS_ENDPOINT));
  }

  public String initialPosition() {
    return values.get("source.initialPosition");
  }

  public Optional<Instant> initialTimestamp() {
    return optional("source.initialTimestamp").map(Instant::parse);
  }

  public Optional<String> consumerArn() {
    return optional("source.consumerArn");
  }

  public Duration outOfOrderness() {
    return Duration.ofSeconds(integer("source.outOfOrdernessSeconds"));
  }

  public Duration idleness() {
    return Duration.ofSeconds(integer("source.idlenessSeconds"));
  }

  public Duration maxAhead() {
    return Duration.ofSeconds(integer("source.maxAheadSeconds"));
  }

  public Duration maxDrift() {
    return Duration.ofSeconds(integer("source.maxDriftSeconds"));
  }

  public Optional<URI> searchEndpoint() {
    return optional("search.endpoint")
        .map(endpoint -> URI.create(environment.getOrDefault(SEARCH_ENDPOINT, endpoint)));
  }

  public String searchRegion() {
    return values.get("search.region");
  }

  public int bulkActions() {
    return integer("search.bulkActions");
  }

  public int bulkSizeMiB() {
    return integer("search.bulkSizeMiB");
  }

  public Duration flushInterval() {
    return Duration.ofMillis(integer("search.flushIntervalMilliseconds"));
  }

  public int searchRetries() {
    return integer("search.retries");
  }

  public Duration searchRetryDelay() {
    return Duration.ofMillis(integer("search.retryDelayMilliseconds"));
  }

  public Duration demandWindow() {
    return Duration.ofMinutes(integer("demand.windowMinutes"));
  }

  public Duration demandSlide() {
    return Duration.ofMinutes(integer("demand.slideMinutes"));
  }

  public int geohashPrecision() {
    return integer("demand.geohashPrecision");
  }

  public int topAreas() {
    return integer("demand.topAreas");
  }

  public int normalWindows() {
    return integer("demand.normalWindows");
  }

  public Duration airportsWindow() {
    return Duration.ofMinutes(integer("airports.windowMinutes"));
  }

  public Duration tradesWindow() {
    return Duration.ofSeconds(integer("trades.windowSeconds"));
  }

  public Duration earlyInterval() {
    return Duration.ofMillis(integer("results.earlyIntervalMilliseconds"));
  }

  public Optional<String> resultsStreamName() {
    return optional("resultsStream.streamName");
  }

  public String resultsStreamRegion() {
    return values.get("resultsStream.region");
  }

  public Optional<String> archivePath() {
    return optional("archive.path");
  }

  private int integer(String name) {
    return Integer.parseInt(values.get(name));
  }

  private Optional<String> optional(String name) {
    return Optional.ofNullable(values.get(name));
  }
}
