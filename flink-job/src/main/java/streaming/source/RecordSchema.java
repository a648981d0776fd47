package streaming.source;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

/**
 * Turns what Kinesis returns into {@link SourceRecord}s. It neither throws nor skips: the watermark
 * needs the event time inside the source, so parsing happens here, and a malformed payload must
 * still leave the source.
 *
 * @param <E> the type of the event
 */
public final class RecordSchema<E> implements KinesisDeserializationSchema<SourceRecord<E>> {
  private static final long serialVersionUID = 1L;

  private final EventParser<E> parser;

  public RecordSchema(EventParser<E> parser) {
    this.parser = parser;
  }

  @Override
  public SourceRecord<E> deserialize(
      byte[] payload,
      String partitionKey,
      String sequenceNumber,
      long approximateArrivalTime,
      String stream,
      String shardId) {
    SourceRecord<E> record = read(payload, shardId, sequenceNumber);
    record.arrivalTime = approximateArrivalTime;
    return record;
  }

  /** Reads one payload with its position in the stream. */
  public SourceRecord<E> read(byte[] payload, String shardId, String sequenceNumber) {
    SourceRecord<E> record = new SourceRecord<>();
    record.shardId = shardId;
    record.sequenceNumber = sequenceNumber;
    record.payload = payload;
    try {
      record.event = parser.parse(payload);
      record.eventTime = parser.eventTime(record.event);
    } catch (MalformedEventException malformed) {
      record.problem = malformed.getMessage();
    }
    return record;
  }

  @Override
  public TypeInformation<SourceRecord<E>> getProducedType() {
    return new SourceRecordType<>(Types.POJO(parser.eventType()));
  }
}
