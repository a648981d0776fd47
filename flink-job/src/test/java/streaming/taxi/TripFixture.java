package streaming.taxi;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import streaming.source.SourceRecord;

/** A trip event for tests: valid, with what a test is about changed. */
final class TripFixture {
  private static final TripParser PARSER = new TripParser();

  /** After the events of all tests. */
  private static final Instant ARRIVAL = Instant.parse("2019-12-31T00:00:00Z");

  int number;
  Instant dropoffTime = Instant.parse("2019-03-01T18:07:00Z");
  long durationSeconds = 600;
  int pickupZone = 230;
  int dropoffZone = 48;

  /**
   * @param number makes the trip's id
   */
  static TripFixture trip(int number) {
    TripFixture trip = new TripFixture();
    trip.number = number;
    return trip;
  }

  TripFixture droppedOff(String instant) {
    dropoffTime = Instant.parse(instant);
    return this;
  }

  TripFixture lasting(long seconds) {
    durationSeconds = seconds;
    return this;
  }

  TripFixture from(int zone) {
    pickupZone = zone;
    return this;
  }

  TripFixture to(int zone) {
    dropoffZone = zone;
    return this;
  }

  String id() {
    return String.format("%032x", number);
  }

  byte[] payload() {
    return String.format(
            "{\"id\":\"%s\",\"pickupTime\":\"%s\",\"dropoffTime\":\"%s\",\"pickupZone\":%d,"
                + "\"dropoffZone\":%d}",
            id(), dropoffTime.minusSeconds(durationSeconds), dropoffTime, pickupZone, dropoffZone)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The record of the event at a position of its own. */
  SourceRecord<Trip> record() {
    return read(payload(), number);
  }

  static SourceRecord<Trip> read(byte[] payload, int sequenceNumber) {
    return PARSER.record(
        payload,
        "shardId-000000000000",
        Integer.toString(sequenceNumber),
        ARRIVAL.toEpochMilli(),
        Duration.ofHours(1).toMillis());
  }
}
