package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static streaming.taxi.TripFixture.trip;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import streaming.document.Document;
import streaming.settings.SettingsFixture;
import streaming.source.SourceRecord;

/** Demand windows of 15 minutes every 5, airport windows of 60 minutes. */
class TripAdmissionTest {
  private static final int MAX_PARALLELISM = 128;

  private KeyedOneInputStreamOperatorTestHarness<String, SourceRecord<Trip>, TripGroup> harness;

  /** State on the heap; a subclass runs the same tests on another backend. */
  Configuration stateBackend() {
    return Configuration.fromMap(Map.of("state.backend.type", "hashmap"));
  }

  @BeforeEach
  void open() throws Exception {
    harness = harness(MAX_PARALLELISM);
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void admitsATripWithItsZoneItsCellAndItsDuration() throws Exception {
    process(trip(1).from(132).to(138).lasting(1800));

    TripGroup admitted = harness.extractOutputValues().get(0);
    assertThat(admitted.zone).isEqualTo(132);
    assertThat(admitted.cell).isEqualTo("dr5x0z");
    assertThat(admitted.airport).isEqualTo("LGA");
    assertThat(admitted.durations).containsExactly(1800);
  }

  @Test
  void countsAFoldedPickUpZoneAsItsNeighbour() throws Exception {
    process(trip(1).from(105).to(57));

    assertThat(harness.extractOutputValues()).extracting(trip -> trip.zone).containsExactly(103);
  }

  @Test
  void admitsATripOnce() throws Exception {
    process(trip(1));
    process(trip(1));
    process(trip(2));

    assertThat(harness.extractOutputValues()).hasSize(2);
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void remembersATripExactlyUntilItsLastWindowCloses() throws Exception {
    process(trip(1).droppedOff("2019-03-01T18:07:00Z"));
    watermark("2019-03-01T18:19:59.998Z");
    assertThat(savedKeys()).isEqualTo(2);

    watermark("2019-03-01T18:19:59.999Z");
    harness.setProcessingTime(1000);
    assertThat(savedKeys()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void forgetsTripsThatEndTogetherOneKeyGroupAfterTheOther() throws Exception {
    for (int number = 0; number < 2000; number++) {
      process(trip(number).droppedOff("2019-03-01T18:07:00Z"));
    }
    harness.snapshot(1, 1);
    watermark("2019-03-01T18:19:59.999Z");
    int before = entries();
    int groups = harness.numProcessingTimeTimers();
    assertThat(groups).isPositive();

    for (int turn = 1; turn <= groups; turn++) {
      harness.setProcessingTime(turn * 5L);
      int after = entries();
      assertThat(before - after).isBetween(2, 100);
      before = after;
    }
    assertThat(entries()).isZero();
  }

  @Test
  void forgetsABoundedNumberOfTripsAtATime() throws Exception {
    harness.close();
    harness = harness(1);
    harness.open();
    for (int number = 0; number < 7000; number++) {
      process(trip(number).droppedOff("2019-03-01T18:07:00Z"));
      if (number % 1000 == 999) {
        harness.snapshot(1, 1);
      }
    }
    watermark("2019-03-01T18:19:59.999Z");
    int before = entries();
    assertThat(before).isEqualTo(7000 + 4);

    for (int turn = 1; turn <= 4; turn++) {
      harness.setProcessingTime(turn * 5L);
      int after = entries();
      assertThat(before - after).isBetween(1000, 3001);
      before = after;
    }
    assertThat(before).isZero();
  }

  @Test
  void forgetsTripsOfARestoredJobToo() throws Exception {
    process(trip(1).droppedOff("2019-03-01T18:07:00Z"));
    restart();
    process(trip(2).droppedOff("2019-03-01T18:07:00Z"));
    restart();
    watermark("2019-03-01T18:19:59.999Z");
    restart();
    harness.setProcessingTime(1000);

    assertThat(entries()).isZero();
    assertThat(harness.numEventTimeTimers() + harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void remembersAnAirportTripUntilTheAirportWindowCloses() throws Exception {
    process(trip(1).to(132).droppedOff("2019-03-01T18:07:00Z"));
    watermark("2019-03-01T18:59:59.998Z");
    assertThat(savedKeys()).isEqualTo(2);

    watermark("2019-03-01T18:59:59.999Z");
    harness.setProcessingTime(1000);
    assertThat(savedKeys()).isZero();
  }

  @Test
  void aTripThatEndsBeforeACheckpointNeedsNoState() throws Exception {
    process(trip(1).droppedOff("2019-03-01T18:07:00Z"));
    watermark("2019-03-01T18:19:59.999Z");

    assertThat(savedKeys()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void tripsThatEndTogetherShareTimers() throws Exception {
    for (int number = 0; number < 2000; number++) {
      process(trip(number));
    }
    harness.snapshot(1, 1);

    assertThat(harness.numEventTimeTimers()).isPositive().isLessThanOrEqualTo(MAX_PARALLELISM);
    for (int number = 0; number < 2000; number++) {
      process(trip(number));
    }
    assertThat(harness.extractOutputValues()).hasSize(2000);
  }

  @Test
  void remembersMoreTripsThanFitOnTheHeap() throws Exception {
    int many = 40_000;
    for (int number = 0; number < many; number++) {
      process(trip(number));
    }
    assertThat(entries()).isGreaterThan(30_000);

    for (int number = 0; number < many; number += 7) {
      process(trip(number));
    }
    assertThat(harness.extractOutputValues()).hasSize(many);
  }

  @Test
  void stateIsBoundedByTheOpenWindowsHoweverManyTripsCome() throws Exception {
    Instant start = Instant.parse("2019-03-01T18:00:00Z");
    for (int minute = 0; minute < 600; minute++) {
      process(trip(minute).droppedOff(start.plusSeconds(60L * minute).toString()));
      harness.processWatermark(start.plusSeconds(60L * minute).toEpochMilli() - 1);
      harness.setProcessingTime(1000L * minute);
      if (minute % 10 == 0) {
        assertThat(savedKeys()).isLessThanOrEqualTo(2 * 16);
      }
    }
  }

  @Test
  void admitsATripWhileItsLastWindowIsOpen() throws Exception {
    watermark("2019-03-01T18:19:59.998Z");
    process(trip(1).droppedOff("2019-03-01T18:07:00Z"));

    assertThat(harness.extractOutputValues())
        .extracting(trip -> Instant.ofEpochMilli(trip.admittedAt))
        .containsExactly(Instant.parse("2019-03-01T18:19:59.998Z"));
  }

  @Test
  void keepsATripThatIsTooLateForAllItsWindows() throws Exception {
    watermark("2019-03-01T18:19:59.999Z");
    process(trip(7).droppedOff("2019-03-01T18:07:00Z"));

    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(savedKeys()).isZero();
    assertThat(deadLetters())
        .containsExactly(
            Map.of(
                "reason", "late",
                "detail",
                    "the trip's last window ended at 2019-03-01T18:20:00Z; the watermark had"
                        + " reached 2019-03-01T18:19:59.999Z",
                "shardId", "shardId-000000000000",
                "sequenceNumber", "7",
                "eventTime", "2019-03-01T18:07:00Z",
                "payload", new String(trip(7).payload(), StandardCharsets.UTF_8)));
  }

  @Test
  void admitsATripThatIsInTimeForTheAirportWindowOnly() throws Exception {
    watermark("2019-03-01T18:30:00Z");
    process(trip(1).to(1).droppedOff("2019-03-01T18:07:00Z"));
    process(trip(2).to(4).droppedOff("2019-03-01T18:07:00Z"));

    assertThat(harness.extractOutputValues())
        .extracting(trip -> trip.airport)
        .containsExactly("EWR");
    assertThat(deadLetters())
        .extracting(letter -> letter.get("sequenceNumber"))
        .containsExactly("2");
  }

  @Test
  void aTripFromAnUnknownZoneCountsAtTheAirportOnly() throws Exception {
    process(trip(1).from(264).to(132));
    process(trip(2).from(265).to(4));

    assertThat(harness.extractOutputValues())
        .singleElement()
        .satisfies(
            trip -> {
              assertThat(trip.zone).isEqualTo(TripGroup.NO_ZONE);
              assertThat(trip.airport).isEqualTo("JFK");
            });
    assertThat(deadLetters()).isEmpty();
    assertThat(savedKeys()).isEqualTo(2);
  }

  @Test
  void keepsAMalformedRecord() throws Exception {
    harness.processElement(
        new StreamRecord<>(TripFixture.read("{\"id\":1}".getBytes(StandardCharsets.UTF_8), 3)));

    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(deadLetters())
        .containsExactly(
            Map.of(
                "reason", "malformed",
                "detail", "id is \"1\"; it must be a string that matches [0-9a-f]{32}",
                "shardId", "shardId-000000000000",
                "sequenceNumber", "3",
                "payload", "{\"id\":1}"));
  }

  @Test
  void aCanaryBecomesADocumentOfItsShardAndNoDeadLetter() throws Exception {
    for (String sent : List.of("2026-03-01T12:00:00.000Z", "today")) {
      byte[] payload = ("{\"canary\":\"" + sent + "\"}").getBytes(StandardCharsets.UTF_8);
      harness.processElement(new StreamRecord<>(TripFixture.read(payload, 3)));
    }

    List<Document> documents = new ArrayList<>();
    harness
        .getSideOutput(TripAdmission.DEAD_LETTERS)
        .forEach(each -> documents.add(each.getValue()));
    assertThat(documents)
        .extracting(each -> each.index)
        .containsExactly("canaries", "dead-letters");
    Document canary = documents.get(0);
    assertThat(canary.id).isEqualTo("shardId-000000000000");
    assertThat(canary.source).isEqualTo("{\"canary\":\"2026-03-01T12:00:00.000Z\"}");
    assertThat(canary.complete).isFalse();
    assertThat(harness.extractOutputValues()).isEmpty();
  }

  @Test
  void aTripThatWasLateBeforeARecoveryIsLateAfterIt() throws Exception {
    process(trip(1).droppedOff("2019-03-01T18:07:00Z"));
    watermark("2019-03-01T18:16:00Z");
    restart();

    process(trip(2).droppedOff("2019-03-01T18:01:00Z"));
    process(trip(3).droppedOff("2019-03-01T18:07:00Z"));

    assertThat(deadLetters())
        .extracting(letter -> letter.get("sequenceNumber"))
        .containsExactly("2");
    assertThat(harness.extractOutputValues())
        .extracting(trip -> Instant.ofEpochMilli(trip.admittedAt))
        .containsExactly(Instant.parse("2019-03-01T18:16:00Z"));
  }

  @Test
  void aRecoveryWithoutARecordInBetweenKeepsTheWatermarkToo() throws Exception {
    process(trip(1).droppedOff("2019-03-01T18:07:00Z"));
    watermark("2019-03-01T18:16:00Z");
    restart();
    restart();

    process(trip(2).droppedOff("2019-03-01T18:01:00Z"));
    assertThat(deadLetters()).hasSize(1);
  }

  @Test
  void aTripIsADuplicateAcrossARecoveryUntilItsOwnWindowsClose() throws Exception {
    process(trip(1).droppedOff("2019-03-01T18:07:00Z"));
    process(trip(2).droppedOff("2019-03-01T18:12:00Z"));
    restart();
    watermark("2019-03-01T18:19:59.999Z");
    process(trip(2).droppedOff("2019-03-01T18:12:00Z"));
    process(trip(3).droppedOff("2019-03-01T18:12:00Z"));
    assertThat(harness.extractOutputValues()).hasSize(1);

    harness.snapshot(2, 2);
    process(trip(3).droppedOff("2019-03-01T18:12:00Z"));
    assertThat(harness.extractOutputValues()).hasSize(1);
  }

  @Test
  void aTripIsADuplicateAcrossARecovery() throws Exception {
    process(trip(1));
    restart();
    process(trip(1));

    assertThat(harness.extractOutputValues()).isEmpty();
  }

  private void process(TripFixture trip) throws Exception {
    SourceRecord<Trip> record = trip.record();
    harness.processElement(new StreamRecord<>(record, record.eventTime));
  }

  private void watermark(String instant) throws Exception {
    harness.processWatermark(Instant.parse(instant).toEpochMilli());
  }

  private List<Map<String, Object>> deadLetters() throws IOException {
    List<Map<String, Object>> letters = new ArrayList<>();
    if (harness.getSideOutput(TripAdmission.DEAD_LETTERS) != null) {
      for (StreamRecord<Document> letter : harness.getSideOutput(TripAdmission.DEAD_LETTERS)) {
        assertThat(letter.getValue().index).isEqualTo("dead-letters");
        letters.add(JSON.std.mapFrom(letter.getValue().source));
      }
    }
    return letters;
  }

  /** The entries of the state without timers. */
  private int entries() throws Exception {
    int timers = timersInState(harness);
    AbstractStreamOperator<?> operator = (AbstractStreamOperator<?>) harness.getOperator();
    return ((AbstractKeyedStateBackend<?>) operator.getKeyedStateBackend())
            .numKeyValueStateEntries()
        - timers;
  }

  /** The entries of the state that are timers: none on the heap. */
  int timersInState(KeyedOneInputStreamOperatorTestHarness<?, ?, ?> opened) throws Exception {
    return 0;
  }

  /** The entries of the state after a checkpoint: each id, and the ids that end together. */
  private int savedKeys() throws Exception {
    harness.snapshot(1, 1);
    return entries();
  }

  private void restart() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = harness(MAX_PARALLELISM);
    harness.initializeState(state);
    harness.open();
  }

  private KeyedOneInputStreamOperatorTestHarness<String, SourceRecord<Trip>, TripGroup> harness(
      int maxParallelism) throws Exception {
    KeyedOneInputStreamOperatorTestHarness<String, SourceRecord<Trip>, TripGroup> made =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new TripAdmission(new SettingsFixture().load()),
            record -> record.event == null ? record.position() : record.event.id,
            Types.STRING,
            maxParallelism,
            1,
            0);
    made.setStateBackend(
        StateBackendLoader.loadStateBackendFromConfig(
            stateBackend(), getClass().getClassLoader(), null));
    return made;
  }
}
