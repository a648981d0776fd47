package streaming.source;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Turns payloads into {@link SourceRecord}s. It neither throws nor skips: the watermark needs the
 * event time inside the source, so parsing happens here, and a malformed payload must still leave
 * the source.
 */
public final class RecordSchema<E> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final EventReader<E> parser;
  private final long maxAhead;

  /**
   * @param maxAhead how far an event time may lie after the arrival of the record: one from the far
   *     future would end all windows
   */
  public RecordSchema(EventReader<E> parser, Duration maxAhead) {
    this.parser = parser;
    this.maxAhead = maxAhead.toMillis();
  }

  /**
   * Reads one payload with its position in the stream.
   *
   * @param arrival in milliseconds since the epoch
   */
  public SourceRecord<E> read(byte[] payload, String shardId, String sequenceNumber, long arrival) {
    SourceRecord<E> record = new SourceRecord<>();
    record.shardId = shardId;
    record.sequenceNumber = sequenceNumber;
    record.arrivalTime = arrival;
    record.payload = payload;
    try {
      record.event = parser.parse(payload);
      record.eventTime = parser.eventTime(record.event);
      if (record.eventTime - arrival > maxAhead) {
        record.problem =
            String.format(
                "the event time is more than %d seconds after the arrival at %s",
                maxAhead / 1000, Instant.ofEpochMilli(arrival));
      }
    } catch (MalformedEventException malformed) {
      record.problem = malformed.getMessage();
    }
    return record;
  }

  /** Type of the records. */
  public TypeInformation<SourceRecord<E>> getProducedType() {
    return new SourceRecordType<>(Types.POJO(parser.eventType()));
  }
}
