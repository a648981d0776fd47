package streaming.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobSettingsTest {
  /** A second valid value for each property of the contract that has more than one. */
  private static final Map<String, String> OTHER_VALUES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("job.workload", "trades"),
              Map.entry("source.streamName", "other-trips"),
              Map.entry("source.region", "us-gov-west-1"),
              Map.entry("source.initialPosition", "LATEST"),
              Map.entry("source.outOfOrdernessSeconds", "0"),
              Map.entry("source.idlenessSeconds", "86400"),
              Map.entry("source.maxAheadSeconds", "0"),
              Map.entry("source.maxDriftSeconds", "604800"),
              Map.entry(
                  "source.consumerArn",
                  "arn:aws:kinesis:eu-central-1:123456789012:stream/trips/consumer/job:1"),
              Map.entry("search.endpoint", "http://localhost:9200"),
              Map.entry("search.region", "ap-southeast-2"),
              Map.entry("search.bulkActions", "10000"),
              Map.entry("search.bulkSizeMiB", "1"),
              Map.entry("search.flushIntervalMilliseconds", "100"),
              Map.entry("search.retries", "0"),
              Map.entry("search.retryDelayMilliseconds", "10"),
              Map.entry("demand.windowMinutes", "30"),
              Map.entry("demand.slideMinutes", "1"),
              Map.entry("demand.geohashPrecision", "8"),
              Map.entry("demand.topAreas", "100"),
              Map.entry("demand.normalWindows", "48"),
              Map.entry("trades.windowSeconds", "1"),
              Map.entry("resultsStream.streamName", "other-results"),
              Map.entry("resultsStream.region", "us-east-1"),
              Map.entry("archive.path", "s3://results/taxi"),
              Map.entry("airports.windowMinutes", "1440"),
              Map.entry("results.earlyIntervalMilliseconds", "60000")));

  @Test
  void takesTheDefaultsOfTheContractForWhatIsAbsent() {
    JobSettings settings = new SettingsFixture().load();

    assertThat(settings.text("source.initialPosition")).isEqualTo("TRIM_HORIZON");
    assertThat(settings.duration("source.outOfOrdernessSeconds")).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.duration("demand.windowMinutes")).isEqualTo(Duration.ofMinutes(15));
    assertThat(settings.duration("demand.slideMinutes")).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.duration("airports.windowMinutes")).isEqualTo(Duration.ofMinutes(60));
    assertThat(settings.kinesisEndpoint()).isEmpty();
  }

  @Test
  void knowsASecondValueForEveryPropertyOfTheContract() {
    Set<String> properties = declarations().keySet();
    // They go together, and are tested so.
    properties.remove("source.initialTimestamp");

    assertThat(OTHER_VALUES.keySet()).isEqualTo(properties);
  }

  @Test
  void theContractHasNoKeywordThatIsNotChecked() {
    declarations()
        .forEach(
            (name, type) -> {
              assertThat(type.keySet())
                  .as(name)
                  .isSubsetOf(
                      "integer".equals(type.get("type"))
                          ? Set.of("type", "description", "default", "minimum", "maximum")
                          : Set.of("type", "description", "default", "enum", "pattern"));
              assertThat(type.containsKey("enum") != type.containsKey("pattern"))
                  .as(name)
                  .isEqualTo("string".equals(type.get("type")));
              assertThat(type.containsKey("minimum") && type.containsKey("maximum"))
                  .as(name)
                  .isEqualTo("integer".equals(type.get("type")));
            });
  }

  @Test
  void aPatternIsForTheWholeValueItsLastLineBreakToo() {
    assertThatThrownBy(() -> new SettingsFixture().set("source", "region", "eu-central-1\n").load())
        .hasMessageContaining("- source.region must be text that matches ");
  }

  /** The declarations of the contract's properties by group and key. */
  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> declarations() {
    Map<String, Map<String, Object>> found = new TreeMap<>();
    PropertySchema.load()
        .groups()
        .forEach(
            (group, declaration) ->
                ((Map<String, Map<String, Object>>) declaration.get("properties"))
                    .forEach((key, type) -> found.put(group + "." + key, type)));
    return found;
  }

  @TestFactory
  Stream<DynamicTest> everyPropertyOfTheContractChangesASetting() {
    return OTHER_VALUES.entrySet().stream()
        .map(
            property ->
                DynamicTest.dynamicTest(
                    property.getKey(),
                    () -> {
                      String[] name = property.getKey().split("\\.");
                      JobSettings changed =
                          new SettingsFixture()
                              .withAllGroups()
                              .set(name[0], name[1], property.getValue())
                              .load();
                      assertThat(changed.text(property.getKey())).isEqualTo(property.getValue());
                      assertThat(
                              new SettingsFixture()
                                  .withAllGroups()
                                  .load()
                                  .optional(property.getKey()))
                          .isNotEqualTo(Optional.of(property.getValue()));
                    }));
  }

  @Test
  void theJobReadsEveryPropertyOfTheContract() throws IOException {
    StringBuilder sources = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : (Iterable<Path>) files.filter(path -> isReader(path))::iterator) {
        sources.append(Files.readString(file));
      }
    }

    assertThat(declarations().keySet())
        .allSatisfy(
            name ->
                assertThat(sources)
                    .containsPattern("(text|optional|integer|duration)\\(\"" + name + "\"\\)"));
  }

  private static boolean isReader(Path file) {
    return file.toString().endsWith(".java") && !file.endsWith("SettingsRules.java");
  }

  @Test
  void theReadmeNamesEveryPropertyWithItsDefault() throws IOException {
    String readme = Files.readString(Path.of("README.md")).replaceAll(" +", " ");

    declarations()
        .forEach(
            (name, type) -> {
              String[] key = name.split("\\.");
              List<?> required =
                  (List<?>)
                      PropertySchema.load()
                          .groups()
                          .get(key[0])
                          .getOrDefault("required", List.of());
              String normal =
                  type.get("default") != null
                      ? "`" + type.get("default") + "`"
                      : required.contains(key[1]) ? "required" : "none";
              assertThat(readme)
                  .contains(String.format("| `%s` | `%s` | %s |", key[0], key[1], normal));
            });
  }

  @Test
  void carriesNoOtherVariableOfTheEnvironmentIntoTheGraphOfTheJob() throws Exception {
    JobSettings settings =
        new SettingsFixture()
            .environment("AWS_ENDPOINT_URL_KINESIS", "http://localhost:4567")
            .environment("AWS_SECRET_ACCESS_KEY", "c2VjcmV0")
            .load();

    assertThat(new String(InstantiationUtil.serializeObject(settings), UTF_8))
        .contains("http://localhost:4567")
        .doesNotContain("c2VjcmV0");
  }

  @Test
  void theEnvironmentReplacesTheEndpoints() {
    JobSettings settings =
        new SettingsFixture()
            .environment("AWS_ENDPOINT_URL_KINESIS", "http://localhost:4567")
            .environment("AWS_ENDPOINT_URL_OPENSEARCH", "http://localhost:9200/")
            .load();

    assertThat(settings.kinesisEndpoint()).contains(URI.create("http://localhost:4567"));
    assertThat(settings.searchEndpoint()).contains(URI.create("http://localhost:9200/"));
  }

  @Test
  void beginsAtATimestamp() {
    JobSettings settings =
        new SettingsFixture()
            .set("source", "initialPosition", "AT_TIMESTAMP")
            .set("source", "initialTimestamp", "2019-03-01T18:00:00Z")
            .load();

    assertThat(settings.optional("source.initialTimestamp")).contains("2019-03-01T18:00:00Z");
  }

  @Test
  void leavesOutTheSinksWhoseGroupsAreAbsent() {
    JobSettings settings =
        new SettingsFixture()
            .removeGroup("search")
            .set("archive", "path", "file:///tmp/results")
            .load();

    assertThat(settings.searchEndpoint()).isEmpty();
    assertThat(settings.optional("resultsStream.streamName")).isEmpty();
    assertThat(settings.optional("archive.path")).contains("file:///tmp/results");
  }

  @Test
  void refusesToLoseDeadLetters() {
    assertThatThrownBy(() -> new SettingsFixture().removeGroup("search").load())
        .hasMessage(
            "The job's properties are invalid:\n- groups search or archive must be set for dead letters;"
                + " got neither. Set search.endpoint and search.region, or archive.path");
  }

  @Test
  void refusesAnArchiveOfAnotherKind() {
    assertThatThrownBy(() -> new SettingsFixture().set("archive", "path", "/tmp").load())
        .hasMessageStartingWith(
            "The job's properties are invalid:\n- archive.path must be text that matches"
                + " ^(s3|s3a|file)://.+$; got \"/tmp\". ");
  }

  @Test
  void refusesATimestampThatDoesNotExist() {
    assertThatThrownBy(
            () ->
                new SettingsFixture()
                    .set("source", "initialPosition", "AT_TIMESTAMP")
                    .set("source", "initialTimestamp", "2019-02-30T18:00:00Z")
                    .load())
        .hasMessageContaining(
            "source.initialTimestamp must be an existing time; got 2019-02-30T18:00:00Z");
  }

  @ParameterizedTest(name = "{0}.{1} = \"{2}\": {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "job     | workload | bikes | job.workload must be one of taxi, trades; got \"bikes\"",
        "source  | streamName | a b | source.streamName must be text that matches"
            + " ^[a-zA-Z0-9_.-]{1,128}$; got \"a b\"",
        "source  | region | Frankfurt | source.region must be text that matches"
            + " ^[a-z]{2}(-[a-z]+)+-[0-9]+$; got \"Frankfurt\"",
        "source  | initialPosition | latest | source.initialPosition must be one of TRIM_HORIZON,"
            + " LATEST, AT_TIMESTAMP; got \"latest\"",
        "source  | initialPosition | AT_TIMESTAMP | source.initialPosition AT_TIMESTAMP and"
            + " source.initialTimestamp must be set together; got AT_TIMESTAMP and null",
        "source  | initialTimestamp | 2019-03-01T18:00:00Z | source.initialPosition AT_TIMESTAMP and"
            + " source.initialTimestamp must be set together; got TRIM_HORIZON and"
            + " 2019-03-01T18:00:00Z",
        "source  | consumerArn |"
            + " arn:aws:kinesis:eu-central-1:123456789012:stream/other/consumer/job:1 |"
            + " source.consumerArn must be a consumer of source.streamName, trips, in"
            + " source.region, eu-central-1; got"
            + " arn:aws:kinesis:eu-central-1:123456789012:stream/other/consumer/job:1",
        "source  | consumerArn |"
            + " arn:aws:kinesis:eu-west-1:123456789012:stream/trips/consumer/job:1 |"
            + " source.consumerArn must be a consumer of source.streamName, trips, in"
            + " source.region, eu-central-1; got"
            + " arn:aws:kinesis:eu-west-1:123456789012:stream/trips/consumer/job:1",
        "search  | retries | 31 | search.retries must be an integer from 0 to 30; got \"31\"",
        "source  | outOfOrdernessSeconds | -1 | source.outOfOrdernessSeconds must be an integer from"
            + " 0 to 86400; got \"-1\"",
        "source  | idlenessSeconds | 86401 | source.idlenessSeconds must be an integer from 0 to"
            + " 86400; got \"86401\"",
        "search  | endpoint | localhost:9200 | search.endpoint must be text that matches"
            + " ^https?://[^/]+$; got \"localhost:9200\"",
        "search  | endpoint | https://two words | search.endpoint must be a URL of scheme, host and"
            + " port only, such as http://localhost:4567; got https://two words",
        "search  | region | '' | search.region must be text that matches"
            + " ^[a-z]{2}(-[a-z]+)+-[0-9]+$; got \"\"",
        "search  | bulkActions | 0 | search.bulkActions must be an integer from 1 to 10000; got"
            + " \"0\"",
        "search  | bulkSizeMiB | 5.5 | search.bulkSizeMiB must be an integer from 1 to 10; got"
            + " \"5.5\"",
        "search  | flushIntervalMilliseconds | 1s | search.flushIntervalMilliseconds must be an"
            + " integer from 100 to 60000; got \"1s\"",
        "demand  | windowMinutes | 99999999999999999999 | demand.windowMinutes must be an integer"
            + " from 1 to 1440; got \"99999999999999999999\"",
        "demand  | slideMinutes | 7 | demand.slideMinutes must divide demand.windowMinutes, 15; got"
            + " 7",
        "demand  | geohashPrecision | 9 | demand.geohashPrecision must be an integer from 4 to 8;"
            + " got \"9\"",
        "demand  | slidMinutes | 5 | demand.slidMinutes must be removed; the keys are windowMinutes,"
            + " slideMinutes, geohashPrecision, topAreas, normalWindows",
        "airport | windowMinutes | 60 | airport must be removed; the groups are job, source,"
            + " search, demand, airports, trades, results, resultsStream, archive"
      })
  void refuses(String group, String key, String value, String problem) {
    assertThatThrownBy(() -> new SettingsFixture().set(group, key, value).load())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The job's properties are invalid:\n- " + problem)
        .hasMessageMatching("[^\n]*\n[^\n]*");
  }

  @ParameterizedTest
  @CsvSource({
    "AWS_ENDPOINT_URL_KINESIS, http://localhost:1/path",
    "AWS_ENDPOINT_URL_OPENSEARCH, http://localhost:1/path",
    "AWS_ENDPOINT_URL_OPENSEARCH, ftp://localhost:1",
    "AWS_ENDPOINT_URL_OPENSEARCH, localhost",
    "AWS_ENDPOINT_URL_OPENSEARCH, http:localhost",
    "AWS_ENDPOINT_URL_OPENSEARCH, http://user:password@localhost:1",
    "AWS_ENDPOINT_URL_OPENSEARCH, http://localhost:1?pretty",
    "AWS_ENDPOINT_URL_OPENSEARCH, http://localhost:1#top"
  })
  void refusesAnEndpointOfTheEnvironmentThatIsNone(String variable, String endpoint) {
    assertThatThrownBy(() -> new SettingsFixture().environment(variable, endpoint).load())
        .hasMessage(
            "The job's properties are invalid:\n- %s must be a URL of scheme, host and port only, such as"
                + " http://localhost:4567; got %s",
            variable, endpoint);
  }

  @ParameterizedTest
  @CsvSource({"demand, windowMinutes", "demand, slideMinutes"})
  void aRuleWaitsForTheValuesItNeeds(String group, String key) {
    assertThatThrownBy(() -> new SettingsFixture().set(group, key, "a").load())
        .hasMessageContaining(group + "." + key + " must be an integer")
        .hasMessageNotContaining("must divide");
  }

  @ParameterizedTest
  @CsvSource({"streamName, a b", "region, nowhere"})
  void aConsumerIsComparedWithAValidStreamOnly(String key, String value) {
    assertThatThrownBy(
            () ->
                new SettingsFixture()
                    .set(
                        "source",
                        "consumerArn",
                        "arn:aws:kinesis:eu-west-1:123456789012:stream/other/consumer/job:1")
                    .set("source", key, value)
                    .load())
        .hasMessageContaining("source." + key + " must be text that matches")
        .hasMessageNotContaining("must be a consumer of");
  }

  @Test
  void namesTheMissingKeyOfAGroup() {
    assertThatThrownBy(() -> new SettingsFixture().remove("source", "streamName").load())
        .hasMessage(
            "The job's properties are invalid:\n- source.streamName must be text that matches"
                + " ^[a-zA-Z0-9_.-]{1,128}$; got none. Name of the stream.");
  }

  @Test
  void namesEveryProblemAtOnce() {
    assertThatThrownBy(
            () ->
                new SettingsFixture()
                    .removeGroup("job")
                    .set("source", "region", "nowhere")
                    .set("demand", "geohashPrecision", "3")
                    .set("dashboard", "title", "Trips")
                    .load())
        .hasMessageContaining("- job.workload must be one of taxi, trades; got none")
        .hasMessageContaining("- source.region must be text")
        .hasMessageContaining("- demand.geohashPrecision must be an integer from 4 to 8; got")
        .hasMessageContaining("- dashboard must be removed");
  }
}
