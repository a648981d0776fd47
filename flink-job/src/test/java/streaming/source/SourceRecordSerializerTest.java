package streaming.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshotSerializationUtil;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import streaming.taxi.Trip;
import streaming.taxi.TripParser;
import streaming.trades.Trade;
import streaming.trades.TradeParser;

class SourceRecordSerializerTest {
  private static final String TRIP =
      "{\"id\":\"0123456789abcdef0123456789abcdef\",\"pickupTime\":\"2019-03-01T18:00:00Z\","
          + "\"dropoffTime\":\"2019-03-01T18:07:00Z\",\"pickupZone\":132,\"dropoffZone\":138}";

  private final RecordSchema<Trip> schema =
      new RecordSchema<>(new TripParser(), Duration.ofHours(1));
  private final TypeInformation<SourceRecord<Trip>> type = schema.getProducedType();
  private final TypeSerializer<SourceRecord<Trip>> serializer =
      type.createSerializer(new ExecutionConfig().getSerializerConfig());

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
  void copiesWhatCanBeChanged() {
    SourceRecord<Trip> record = record(TRIP);

    SourceRecord<Trip> copy = serializer.copy(record);

    assertThat(copy).usingRecursiveComparison().isEqualTo(record);
    assertThat(copy.event).isNotSameAs(record.event);
    assertThat(copy.payload).isNotSameAs(record.payload);
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
  void isRestoredFromItsSnapshot() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshotSerializationUtil.writeSerializerSnapshot(
        out, serializer.snapshotConfiguration());

    TypeSerializerSnapshot<SourceRecord<Trip>> snapshot =
        TypeSerializerSnapshotSerializationUtil.readSerializerSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());

    assertThat(
            serializer
                .snapshotConfiguration()
                .resolveSchemaCompatibility(snapshot)
                .isCompatibleAsIs())
        .isTrue();
    assertThat(snapshot.restoreSerializer()).isEqualTo(serializer);
  }

  @Test
  void isTheSameForTheSameEventsOnly() {
    TypeInformation<SourceRecord<Trade>> other =
        new RecordSchema<>(new TradeParser(), Duration.ofHours(1)).getProducedType();
    ExecutionConfig config = new ExecutionConfig();

    assertThat(type).isEqualTo(schema.getProducedType()).isNotEqualTo(other).isNotEqualTo("type");
    assertThat(type).hasSameHashCodeAs(schema.getProducedType());
    assertThat(serializer)
        .isNotEqualTo(other.createSerializer(config.getSerializerConfig()))
        .isNotEqualTo("serializer");
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

  private SourceRecord<Trip> record(String payload) {
    return schema.read(payload.getBytes(UTF_8), "shardId-000000000001", "49", 1_551_463_200_123L);
  }

  private SourceRecord<Trip> written(SourceRecord<Trip> record) throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(record, out);
    return serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
  }
}
