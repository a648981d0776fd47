package streaming.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes the records of a source, each of which travels to the subtask of its key: Flink's own
 * serializer of such classes finds the fields by reflection and writes texts character by
 * character.
 */
public final class SourceRecordSerializer<E> extends TypeSerializer<SourceRecord<E>> {
  private static final long serialVersionUID = 1L;

  private static final int NO_TEXT = -1;

  private final TypeSerializer<E> events;

  SourceRecordSerializer(TypeSerializer<E> events) {
    this.events = events;
  }

  @Override
  public void serialize(SourceRecord<E> record, DataOutputView out) throws IOException {
    writeText(record.shardId, out);
    writeText(record.sequenceNumber, out);
    out.writeLong(record.arrivalTime);
    out.writeBoolean(record.live);
    out.writeInt(record.payload.length);
    out.write(record.payload);
    out.writeLong(record.eventTime);
    writeText(record.problem, out);
    out.writeBoolean(record.event != null);
    if (record.event != null) {
      events.serialize(record.event, out);
    }
  }

  @Override
  public SourceRecord<E> deserialize(DataInputView in) throws IOException {
    SourceRecord<E> record = createInstance();
    record.shardId = readText(in);
    record.sequenceNumber = readText(in);
    record.arrivalTime = in.readLong();
    record.live = in.readBoolean();
    record.payload = readBytes(in, in.readInt());
    record.eventTime = in.readLong();
    record.problem = readText(in);
    if (in.readBoolean()) {
      record.event = events.deserialize(in);
    }
    return record;
  }

  @Override
  public SourceRecord<E> deserialize(SourceRecord<E> reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public SourceRecord<E> createInstance() {
    return new SourceRecord<>();
  }

  @Override
  public SourceRecord<E> copy(SourceRecord<E> from) {
    return from;
  }

  @Override
  public SourceRecord<E> copy(SourceRecord<E> from, SourceRecord<E> reuse) {
    return from;
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  /** No operator changes a record. */
  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public TypeSerializer<SourceRecord<E>> duplicate() {
    TypeSerializer<E> own = events.duplicate();
    return own == events ? this : new SourceRecordSerializer<>(own);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SourceRecordSerializer
        && events.equals(((SourceRecordSerializer<?>) other).events);
  }

  @Override
  public int hashCode() {
    return events.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<SourceRecord<E>> snapshotConfiguration() {
    throw new UnsupportedOperationException("records are on the way, in no state");
  }

  private static void writeText(String text, DataOutputView out) throws IOException {
    if (text == null) {
      out.writeInt(NO_TEXT);
    } else {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  private static String readText(DataInputView in) throws IOException {
    int length = in.readInt();
    return length == NO_TEXT ? null : new String(readBytes(in, length), StandardCharsets.UTF_8);
  }

  private static byte[] readBytes(DataInputView in, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }

  /** Type of the records of a source. */
  static final class Type<E> extends GenericTypeInfo<SourceRecord<E>> {
    private static final long serialVersionUID = 1L;

    private final TypeInformation<E> event;

    @SuppressWarnings("unchecked")
    Type(TypeInformation<E> event) {
      super((Class<SourceRecord<E>>) (Class<?>) SourceRecord.class);
      this.event = event;
    }

    @Override
    public TypeSerializer<SourceRecord<E>> createSerializer(SerializerConfig config) {
      return new SourceRecordSerializer<>(event.createSerializer(config));
    }
  }
}
