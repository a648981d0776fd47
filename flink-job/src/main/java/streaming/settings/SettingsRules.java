package streaming.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What the contract says in words alone: how properties depend on one another. */
final class SettingsRules {
  private final Map<String, Map<String, String>> values;
  private final List<String> problems;

  private SettingsRules(Map<String, Map<String, String>> values, List<String> problems) {
    this.values = values;
    this.problems = problems;
  }

  /**
   * Checks values that are valid each for itself; one that is not is absent.
   *
   * @param problems receives one sentence for each problem
   */
  static void check(
      Map<String, Map<String, String>> values,
      Map<String, String> environment,
      List<String> problems) {
    SettingsRules rules = new SettingsRules(values, problems);
    rules.checkHomeOfDeadLetters();
    rules.checkTimestamp();
    rules.checkConsumer();
    rules.checkSlide();
    rules.checkEndpoint("search.endpoint", rules.value("search", "endpoint"));
    for (String variable : List.of(JobSettings.KINESIS_ENDPOINT, JobSettings.SEARCH_ENDPOINT)) {
      rules.checkEndpoint("the environment variable " + variable, environment.get(variable));
    }
  }

  private void checkHomeOfDeadLetters() {
    if (!values.containsKey("search") && !values.containsKey("archive")) {
      problems.add(
          "neither group \"search\" nor group \"archive\" is there, so that dead letters would be"
              + " lost; set search.endpoint and search.region, or archive.path");
    }
  }

  private void checkTimestamp() {
    String timestamp = value("source", "initialTimestamp");
    String position = value("source", "initialPosition");
    if (timestamp != null && !isInstant(timestamp)) {
      problems.add(
          String.format(
              "source.initialTimestamp is \"%s\"; it must be an instant that exists", timestamp));
    }
    if (timestamp != null && position != null && !position.equals("AT_TIMESTAMP")) {
      problems.add(
          String.format(
              "source.initialTimestamp is \"%s\", but source.initialPosition is \"%s\"; make that"
                  + " AT_TIMESTAMP, or leave the timestamp out",
              timestamp, position));
    }
    if (timestamp == null && "AT_TIMESTAMP".equals(position)) {
      problems.add(
          "source.initialPosition is \"AT_TIMESTAMP\", but source.initialTimestamp is missing or"
              + " invalid; set it, such as 2019-03-01T18:00:00Z");
    }
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
    String consumer = value("source", "consumerArn");
    String stream = value("source", "streamName");
    String region = value("source", "region");
    if (consumer == null || stream == null || region == null) {
      return;
    }
    String[] parts = consumer.split(":");
    if (!parts[3].equals(region) || !parts[5].startsWith("stream/" + stream + "/consumer/")) {
      problems.add(
          String.format(
              "source.consumerArn is \"%s\"; it must be a consumer of source.streamName, \"%s\", in"
                  + " source.region, \"%s\"",
              consumer, stream, region));
    }
  }

  private void checkSlide() {
    String window = value("demand", "windowMinutes");
    String slide = value("demand", "slideMinutes");
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

  private void checkEndpoint(String name, String value) {
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

  private String value(String group, String key) {
    return values.getOrDefault(group, Map.of()).get(key);
  }
}
