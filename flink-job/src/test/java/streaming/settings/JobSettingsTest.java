package streaming.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
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

    assertThat(settings.initialPosition()).isEqualTo("TRIM_HORIZON");
    assertThat(settings.outOfOrderness()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.demandWindow()).isEqualTo(Duration.ofMinutes(15));
    assertThat(settings.demandSlide()).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.airportsWindow()).isEqualTo(Duration.ofMinutes(60));
    assertThat(settings.kinesisEndpoint()).isEmpty();
  }

  @Test
  void knowsASecondValueForEveryPropertyOfTheContract() {
    TreeSet<String> properties = new TreeSet<>();
    PropertySchema.load()
        .groups()
        .forEach((group, keys) -> keys.keySet().forEach(key -> properties.add(group + "." + key)));
    // They go together, and are tested so.
    properties.remove("source.initialTimestamp");

    assertThat(OTHER_VALUES.keySet()).isEqualTo(properties);
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
                      assertThat(answers(changed))
                          .isNotEqualTo(answers(new SettingsFixture().withAllGroups().load()));
                    }));
  }

  private static Map<String, Object> answers(JobSettings settings) throws Exception {
    Map<String, Object> answers = new TreeMap<>();
    for (Method method : JobSettings.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers()) && method.getParameterCount() == 0) {
        answers.put(method.getName(), method.invoke(settings));
      }
    }
    return answers;
  }

  @Test
  void theReadmeNamesEveryPropertyWithItsDefault() throws IOException {
    String readme = Files.readString(Path.of("README.md")).replaceAll(" +", " ");

    PropertySchema.load()
        .groups()
        .forEach(
            (group, keys) ->
                keys.forEach(
                    (key, type) ->
                        assertThat(readme)
                            .contains(
                                String.format(
                                    "| `%s` | `%s` | %s |",
                                    group,
                                    key,
                                    type.defaultValue() != null
                                        ? "`" + type.defaultValue() + "`"
                                        : PropertySchema.load().requires(group, key)
                                            ? "required"
                                            : "none"))));
  }

  @Test
  void theEnvironmentReplacesTheEndpoints() {
    JobSettings settings =
        new SettingsFixture()
            .environment("AWS_ENDPOINT_URL_KINESIS", "http://localhost:4567")
            .environment("AWS_ENDPOINT_URL_OPENSEARCH", "http://localhost:9200/")
            .load();

    assertThat(settings.kinesisEndpoint()).contains("http://localhost:4567");
    assertThat(settings.searchEndpoint()).contains(URI.create("http://localhost:9200/"));
  }

  @Test
  void beginsAtATimestamp() {
    JobSettings settings =
        new SettingsFixture()
            .set("source", "initialPosition", "AT_TIMESTAMP")
            .set("source", "initialTimestamp", "2019-03-01T18:00:00Z")
            .load();

    assertThat(settings.initialTimestamp()).contains(Instant.parse("2019-03-01T18:00:00Z"));
  }

  @Test
  void leavesOutTheSinksWhoseGroupsAreAbsent() {
    JobSettings settings =
        new SettingsFixture()
            .removeGroup("search")
            .set("archive", "path", "file:///tmp/results")
            .load();

    assertThat(settings.searchEndpoint()).isEmpty();
    assertThat(settings.resultsStreamName()).isEmpty();
    assertThat(settings.archivePath()).contains("file:///tmp/results");
  }

  @Test
  void refusesToLoseDeadLetters() {
    assertThatThrownBy(() -> new SettingsFixture().removeGroup("search").load())
        .hasMessage(
            "The job's properties are invalid:\n- neither group \"search\" nor group \"archive\" is"
                + " there, so that dead letters would be lost; set search.endpoint and"
                + " search.region, or archive.path");
  }

  @Test
  void refusesAnArchiveOfAnotherKind() {
    assertThatThrownBy(() -> new SettingsFixture().set("archive", "path", "/tmp").load())
        .hasMessage(
            "The job's properties are invalid:\n- archive.path is \"/tmp\"; it must match"
                + " ^(s3|s3a|file)://.+$");
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
            "source.initialTimestamp is \"2019-02-30T18:00:00Z\"; it must be an instant that"
                + " exists");
  }

  @ParameterizedTest(name = "{0}.{1} = \"{2}\": {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "job     | workload | bikes | job.workload is \"bikes\"; it must be one of [taxi, trades]",
        "source  | streamName | a b | source.streamName is \"a b\"; it must match"
            + " ^[a-zA-Z0-9_.-]{1,128}$",
        "source  | region | Frankfurt | source.region is \"Frankfurt\"; it must match"
            + " ^[a-z]{2}(-[a-z]+)+-[0-9]+$",
        "source  | initialPosition | latest | source.initialPosition is \"latest\"; it must be one"
            + " of [TRIM_HORIZON, LATEST, AT_TIMESTAMP]",
        "source  | initialPosition | AT_TIMESTAMP | source.initialPosition is \"AT_TIMESTAMP\", but"
            + " source.initialTimestamp is missing or invalid; set it, such as"
            + " 2019-03-01T18:00:00Z",
        "source  | initialTimestamp | 2019-03-01T18:00:00Z | source.initialTimestamp is"
            + " \"2019-03-01T18:00:00Z\", but source.initialPosition is \"TRIM_HORIZON\"; make that"
            + " AT_TIMESTAMP, or leave the timestamp out",
        "source  | consumerArn |"
            + " arn:aws:kinesis:eu-central-1:123456789012:stream/other/consumer/job:1 |"
            + " source.consumerArn is"
            + " \"arn:aws:kinesis:eu-central-1:123456789012:stream/other/consumer/job:1\"; it must"
            + " be a consumer of source.streamName, \"trips\", in source.region, \"eu-central-1\"",
        "search  | retries | 31 | search.retries is \"31\"; it must be an integer from 0 to 30",
        "source  | outOfOrdernessSeconds | -1 | source.outOfOrdernessSeconds is \"-1\"; it must be"
            + " an integer from 0 to 86400",
        "source  | idlenessSeconds | 86401 | source.idlenessSeconds is \"86401\"; it must be an"
            + " integer from 0 to 86400",
        "search  | endpoint | localhost:9200 | search.endpoint is \"localhost:9200\"; it must match"
            + " ^https?://[^/]+$",
        "search  | endpoint | https://two words | search.endpoint is \"https://two words\"; it must"
            + " be a URL of scheme, host and port alone, such as http://localhost:4567",
        "search  | region | '' | search.region is \"\"; it must match"
            + " ^[a-z]{2}(-[a-z]+)+-[0-9]+$",
        "search  | bulkActions | 0 | search.bulkActions is \"0\"; it must be an integer from 1 to"
            + " 10000",
        "search  | bulkSizeMiB | 5.5 | search.bulkSizeMiB is \"5.5\"; it must be an integer from 1"
            + " to 10",
        "search  | flushIntervalMilliseconds | 1s | search.flushIntervalMilliseconds is \"1s\"; it"
            + " must be an integer from 100 to 60000",
        "demand  | windowMinutes | 99999999999999999999 | demand.windowMinutes is"
            + " \"99999999999999999999\"; it must be an integer from 1 to 1440",
        "demand  | slideMinutes | 7 | demand.slideMinutes is \"7\"; it must divide"
            + " demand.windowMinutes, \"15\", without a remainder",
        "demand  | geohashPrecision | 9 | demand.geohashPrecision is \"9\"; it must be an integer"
            + " from 4 to 8",
        "demand  | slidMinutes | 5 | demand.slidMinutes is unknown; the keys of group \"demand\""
            + " are windowMinutes, slideMinutes, geohashPrecision, topAreas, normalWindows",
        "airport | windowMinutes | 60 | group \"airport\" is unknown; the groups are job, source,"
            + " search, demand, airports, trades, results, resultsStream, archive"
      })
  void refuses(String group, String key, String value, String problem) {
    assertThatThrownBy(() -> new SettingsFixture().set(group, key, value).load())
        .isInstanceOf(InvalidPropertiesException.class)
        .hasMessage("The job's properties are invalid:\n- " + problem);
  }

  @ParameterizedTest
  @CsvSource({"AWS_ENDPOINT_URL_KINESIS", "AWS_ENDPOINT_URL_OPENSEARCH"})
  void refusesAnEndpointOfTheEnvironmentThatIsNone(String variable) {
    assertThatThrownBy(
            () -> new SettingsFixture().environment(variable, "http://localhost:1/path").load())
        .hasMessage(
            "The job's properties are invalid:\n- the environment variable %s is"
                + " \"http://localhost:1/path\"; it must be a URL of scheme, host and port alone,"
                + " such as http://localhost:4567",
            variable);
  }

  @Test
  void namesTheMissingKeyOfAGroup() {
    assertThatThrownBy(() -> new SettingsFixture().remove("source", "streamName").load())
        .hasMessage(
            "The job's properties are invalid:\n- source.streamName is missing: Name of the stream."
                + " Set it; it must match ^[a-zA-Z0-9_.-]{1,128}$");
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
        .hasMessageContaining("- job.workload is missing")
        .hasMessageContaining("- source.region is \"nowhere\"")
        .hasMessageContaining("- demand.geohashPrecision is \"3\"")
        .hasMessageContaining("- group \"dashboard\" is unknown");
  }
}
