package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streaming.source.MalformedEventException;
import streaming.source.PayloadFuzz;

class TripParserTest {
  /** The producer's contract of the event. */
  private static final Path CONTRACT = Path.of("..", "producer", "schemas", "trip.schema.json");

  private final TripParser parser = new TripParser();

  @Test
  void readsATrip() throws MalformedEventException {
    Trip trip =
        parser.parse(
            TripFixture.trip(255)
                .droppedOff("2019-03-01T18:48:42Z")
                .lasting(311)
                .from(143)
                .to(238)
                .payload());

    assertThat(trip.id).isEqualTo("000000000000000000000000000000ff");
    assertThat(trip.pickupTime).isEqualTo(Instant.parse("2019-03-01T18:43:31Z").getEpochSecond());
    assertThat(trip.dropoffTime).isEqualTo(Instant.parse("2019-03-01T18:48:42Z").getEpochSecond());
    assertThat(trip.pickupZone).isEqualTo(143);
    assertThat(trip.dropoffZone).isEqualTo(238);
    assertThat(parser.eventTime(trip))
        .isEqualTo(Instant.parse("2019-03-01T18:48:42Z").toEpochMilli());
  }

  @TestFactory
  Stream<DynamicTest> acceptsWhatTheContractAccepts() throws IOException {
    Map<String, Map<String, Object>> properties = contractProperties();
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(accepts("all fields", validEvent()));
    for (String field : properties.keySet()) {
      if (!contractRequired().contains(field)) {
        tests.add(accepts("no " + field, without(field)));
      }
      for (String limit : List.of("minimum", "maximum")) {
        Object bound = properties.get(field).get(limit);
        if (bound != null) {
          tests.add(accepts(field + " " + bound, with(field, bound)));
        }
      }
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> refusesWhatTheContractRefuses() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    assertThat(contract().get("additionalProperties")).isEqualTo(false);
    tests.add(refuses("another field", with("tipUsd", 1), "tipUsd is not a field of a trip"));
    for (String field : contractRequired()) {
      tests.add(refuses("no " + field, without(field), field + " is missing"));
    }
    contractProperties()
        .forEach(
            (field, declaration) -> {
              List<Object> invalid = new ArrayList<>(List.of(true, List.of(), Map.of()));
              if (declaration.get("type").equals("string")) {
                invalid.addAll(List.of(1, "", "2019-03-01T18:48:42+00:00", "ABCDEF"));
              } else {
                invalid.add("1");
                invalid.add(((Number) declaration.get("minimum")).intValue() - 1);
                if (declaration.containsKey("maximum")) {
                  invalid.add(((Number) declaration.get("maximum")).intValue() + 1);
                }
                if (declaration.get("type").equals("integer")) {
                  invalid.add(1.5);
                }
              }
              invalid.forEach(
                  value ->
                      tests.add(
                          refuses(field + " " + value, with(field, value), field + " is \"")));
              tests.add(refuses(field + " null", with(field, null), field + " is \"null\""));
            });
    return tests.stream();
  }

  @Test
  void noPayloadBreaksTheJob() {
    String payload = new String(TripFixture.trip(255).payload(), StandardCharsets.UTF_8);

    PayloadFuzz.check(
        parser,
        payload,
        trip -> {
          assertThat(trip.id).matches("[0-9a-f]{32}");
          assertThat(trip.pickupZone).isBetween(1, 265);
          assertThat(trip.dropoffZone).isBetween(1, 265);
          assertThat(Instant.ofEpochMilli(parser.eventTime(trip))).isNotNull();
        });
  }

  @Test
  void namesEveryMissingField() {
    assertThatThrownBy(() -> parse("{\"pickupZone\": 1}"))
        .hasMessage("id, pickupTime, dropoffTime, dropoffZone is missing");
  }

  @Test
  void namesTheValueAndTheLimit() {
    assertThatThrownBy(() -> parse(JSON.std.asString(with("pickupZone", 266))))
        .hasMessage("pickupZone is \"266\"; it must be an integer from 1 to 265");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2019-02-29T00:00:00Z",
        "2019-13-01T00:00:00Z",
        "2019-01-01T24:00:00Z",
        "2019-01-01T00:60:00Z",
        "2019-01-01T00:00:60Z"
      })
  void refusesAnInstantThatDoesNotExist(String instant) {
    assertThatThrownBy(() -> parse(JSON.std.asString(with("dropoffTime", instant))))
        .hasMessage("dropoffTime is \"%s\"; it must be an instant that exists", instant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2020-02-29T23:59:59Z", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z"})
  void readsInstantsLikeTheJavaLibrary(String instant) throws Exception {
    assertThat(parse(JSON.std.asString(with("dropoffTime", instant))).dropoffTime)
        .isEqualTo(Instant.parse(instant).getEpochSecond());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "trip", "[]", "1", "null", "{\"id\"", "{\"id\":}", "\"{}\""})
  void refusesAPayloadThatIsNoObject(String payload) {
    assertThatThrownBy(() -> parse(payload))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageStartingWith("the payload is not ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32"})
  void refusesAnotherEncoding(String encoding) throws Exception {
    byte[] payload = new String(TripFixture.trip(1).payload(), "UTF-8").getBytes(encoding);

    assertThatThrownBy(() -> parser.parse(payload)).isInstanceOf(MalformedEventException.class);
  }

  @Test
  void refusesAByteOrderMark() throws Exception {
    String payload = "\ufeff" + new String(TripFixture.trip(1).payload(), "UTF-8");

    assertThatThrownBy(() -> parse(payload)).isInstanceOf(MalformedEventException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"passengers", "distanceMiles", "fareUsd", "totalUsd"})
  void refusesANumberThatIsInfinite(String field) throws Exception {
    String payload = JSON.std.asString(with(field, 7777)).replace("7777", "1e999");

    assertThatThrownBy(() -> parse(payload)).hasMessageStartingWith(field + " is \"1e999\"");
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[] payload = TripFixture.trip(1).payload();
    payload[8] = (byte) 0xff;

    assertThatThrownBy(() -> parser.parse(payload)).isInstanceOf(MalformedEventException.class);
  }

  @Test
  void refusesWhatFollowsTheObject() {
    assertThatThrownBy(() -> parse(JSON.std.asString(validEvent()) + "{}"))
        .hasMessage("the payload goes on after the JSON object");
  }

  private DynamicTest accepts(String name, Map<String, Object> event) {
    return DynamicTest.dynamicTest(
        name, () -> assertThat(parse(JSON.std.asString(event))).isNotNull());
  }

  private DynamicTest refuses(String name, Map<String, Object> event, String problem) {
    return DynamicTest.dynamicTest(
        name,
        () ->
            assertThatThrownBy(
                    () ->
                        parse(
                            JSON.builder()
                                .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
                                .build()
                                .asString(event)))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining(problem));
  }

  private Trip parse(String payload) throws MalformedEventException {
    return parser.parse(payload.getBytes(StandardCharsets.UTF_8));
  }

  /** An event with every field of the contract. */
  private static Map<String, Object> validEvent() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("id", "0123456789abcdef0123456789abcdef");
    event.put("pickupTime", "2019-03-01T18:43:31Z");
    event.put("dropoffTime", "2019-03-01T18:48:42Z");
    event.put("pickupZone", 143);
    event.put("dropoffZone", 238);
    event.put("passengers", 2);
    event.put("distanceMiles", 1.1);
    event.put("fareUsd", 6.0);
    event.put("totalUsd", 11.85);
    return event;
  }

  @Test
  void theValidEventHasEveryFieldOfTheContract() throws IOException {
    assertThat(validEvent().keySet()).isEqualTo(contractProperties().keySet());
  }

  private static Map<String, Object> with(String field, Object value) {
    Map<String, Object> event = validEvent();
    event.put(field, value);
    return event;
  }

  private static Map<String, Object> without(String field) {
    Map<String, Object> event = validEvent();
    event.remove(field);
    return event;
  }

  private static Map<String, Object> contract() throws IOException {
    return JSON.std.mapFrom(Files.readString(CONTRACT));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> contractProperties() throws IOException {
    return (Map<String, Map<String, Object>>) contract().get("properties");
  }

  @SuppressWarnings("unchecked")
  private static List<String> contractRequired() throws IOException {
    return (List<String>) contract().get("required");
  }
}
