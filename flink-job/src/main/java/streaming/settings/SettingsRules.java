package streaming.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules between properties, which the contract states in words only. */
final class SettingsRules {
  private final Map<String, String> values;
  private final List<String> problems;

  /**
   * @param values valid values by group and key; an invalid one is absent
   * @param problems receives one sentence per problem
   */
  SettingsRules(Map<String, String> values, List<String> problems) {
    this.values = values;
    this.problems = problems;
  }

  void check(Set<String> groups, Map<String, String> environment) {
    require(
        groups.contains("search") || groups.contains("archive"),
        "groups search or archive must be set for dead letters; got neither. Set search.endpoint and"
            + " search.region, or archive.path");
    checkTimestamp();
    checkConsumer();
    String window = values.get("demand.windowMinutes");
    String slide = values.get("demand.slideMinutes");
    require(
        window == null || slide == null || Integer.parseInt(window) % Integer.parseInt(slide) == 0,
        "demand.slideMinutes must divide demand.windowMinutes, %s; got %s",
        window,
        slide);
    checkEndpoint("search.endpoint", values.get("search.endpoint"));
    for (String variable : List.of(JobSettings.KINESIS_ENDPOINT, JobSettings.SEARCH_ENDPOINT)) {
      checkEndpoint(variable, environment.get(variable));
    }
  }

  private void checkTimestamp() {
    String timestamp = values.get("source.initialTimestamp");
    String position = values.get("source.initialPosition");
    require(
        timestamp == null || isInstant(timestamp),
        "source.initialTimestamp must be an existing time; got %s",
        timestamp);
    require(
        position == null || position.equals("AT_TIMESTAMP") == (timestamp != null),
        "source.initialPosition AT_TIMESTAMP and source.initialTimestamp must be set together; got"
            + " %s and %s",
        position,
        timestamp);
  }

  private static boolean isInstant(String value) {
    try {
      Instant.parse(value);
      return true;
    } catch (DateTimeException noSuchTime) {
      return false;
    }
  }

  private void checkConsumer() {
    String consumer = values.get("source.consumerArn");
    String stream = values.get("source.streamName");
    String region = values.get("source.region");
    if (consumer != null && stream != null && region != null) {
      String[] parts = consumer.split(":");
      require(
          parts[3].equals(region) && parts[5].startsWith("stream/" + stream + "/consumer/"),
          "source.consumerArn must be a consumer of source.streamName, %s, in source.region, %s; got"
              + " %s",
          stream,
          region,
          consumer);
    }
  }

  private void checkEndpoint(String name, String value) {
    require(
        value == null || isEndpoint(value),
        "%s must be a URL of scheme, host and port only, such as http://localhost:4567; got %s",
        name,
        value);
  }

  private static boolean isEndpoint(String value) {
    try {
      URI uri = new URI(value);
      return List.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && List.of("", "/").contains(uri.getPath())
          && uri.getQuery() == null
          && uri.getFragment() == null;
    } catch (URISyntaxException invalid) {
      return false;
    }
  }

  private void require(boolean isValid, String problem, Object... values) {
    if (!isValid) {
      problems.add(String.format(problem, values));
    }
  }
}
