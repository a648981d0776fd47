package streaming.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import streaming.taxi.Trip;
import streaming.taxi.TripParser;
import streaming.trades.TradeParser;

class SourceRecordSerializerTest {
  private static final String TRIP =
      "{\"id\":\"0123456789abcdef0123456789abcdef\",\"pickupTime\":\"2019-03-01T18:00:00Z\","
          + "\"dropoffTime\":\"2019-03-01T18:07:00Z\",\"pickupZone\":132,\"dropoffZone\":138}";

  private final TripParser parser = new TripParser();
  private final TypeSerializer<SourceRecord<Trip>> serializer = serializer(parser);

  @Test
  void givesBackAnEvent() throws Exception {
    SourceRecord<Trip> record = record(TRIP);

    assertThat(written(record)).usingRecursiveComparison().isEqualTo(record);
    assertThat(written(record).event.pickupZone).isEqualTo(132);
  }

  @Test
  void givesBackAMalformedRecord() throws Exception {
    SourceRecord<Trip> record = record("{\"id\":\"é\"");

    assertThat(record.event).isNull();
    assertThat(written(record)).usingRecursiveComparison().isEqualTo(record);
  }

  @Test
  void copiesFromOneBufferToAnother() throws Exception {
    SourceRecord<Trip> record = record(TRIP);
    DataOutputSerializer first = new DataOutputSerializer(64);
    serializer.serialize(record, first);
    DataOutputSerializer second = new DataOutputSerializer(64);

    serializer.copy(new DataInputDeserializer(first.getCopyOfBuffer()), second);

    assertThat(second.getCopyOfBuffer()).isEqualTo(first.getCopyOfBuffer());
  }

  @Test
  void isTheSameForTheSameEventsOnly() {
    assertThat(serializer)
        .isEqualTo(serializer(parser))
        .hasSameHashCodeAs(serializer(parser))
        .isNotEqualTo(serializer(new TradeParser()))
        .isNotEqualTo("serializer");
  }

  @Test
  void aRecordIsNotCopied() {
    SourceRecord<Trip> record = record(TRIP);

    assertThat(serializer.isImmutableType()).isTrue();
    assertThat(serializer.copy(record)).isSameAs(record);
    assertThat(serializer.copy(record, new SourceRecord<>())).isSameAs(record);
  }

  @Test
  void aDuplicateIsAnotherThatWritesTheSame() throws Exception {
    SourceRecord<Trip> record = record(TRIP);
    TypeSerializer<SourceRecord<Trip>> duplicate = serializer.duplicate();
    DataOutputSerializer out = new DataOutputSerializer(64);
    duplicate.serialize(record, out);

    assertThat(duplicate).isNotSameAs(serializer).isEqualTo(serializer);
    assertThat(serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
        .usingRecursiveComparison()
        .isEqualTo(record);
  }

  private static <E> TypeSerializer<SourceRecord<E>> serializer(EventReader<E> parser) {
    return parser.recordType().createSerializer(new ExecutionConfig().getSerializerConfig());
  }

  private SourceRecord<Trip> record(String payload) {
    return parser.record(
        payload.getBytes(UTF_8), "shardId-000000000001", "49", 1_551_463_200_123L, 3_600_000);
  }

  private SourceRecord<Trip> written(SourceRecord<Trip> record) throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(record, out);
    return serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
  }
}
