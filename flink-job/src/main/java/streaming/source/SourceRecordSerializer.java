package streaming.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
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
    SourceRecord<E> record = createInstance();
    record.shardId = from.shardId;
    record.sequenceNumber = from.sequenceNumber;
    record.arrivalTime = from.arrivalTime;
    record.live = from.live;
    record.payload = from.payload.clone();
    record.eventTime = from.eventTime;
    record.problem = from.problem;
    record.event = from.event == null ? null : events.copy(from.event);
    return record;
  }

  @Override
  public SourceRecord<E> copy(SourceRecord<E> from, SourceRecord<E> reuse) {
    return copy(from);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public boolean isImmutableType() {
    return false;
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
    return Objects.hash(events);
  }

  @Override
  public TypeSerializerSnapshot<SourceRecord<E>> snapshotConfiguration() {
    return new Snapshot<>(this);
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

  /** What a checkpoint keeps of the serializer. */
  public static final class Snapshot<E>
      extends CompositeTypeSerializerSnapshot<SourceRecord<E>, SourceRecordSerializer<E>> {
    /** For Flink, which then reads what it has kept. */
    public Snapshot() {}

    Snapshot(SourceRecordSerializer<E> serializer) {
      super(serializer);
    }

    @Override
    protected int getCurrentOuterSnapshotVersion() {
      return 1;
    }

    @Override
    protected TypeSerializer<?>[] getNestedSerializers(SourceRecordSerializer<E> serializer) {
      return new TypeSerializer<?>[] {serializer.events};
    }

    @Override
    @SuppressWarnings("unchecked")
    protected SourceRecordSerializer<E> createOuterSerializerWithNestedSerializers(
        TypeSerializer<?>[] nested) {
      return new SourceRecordSerializer<>((TypeSerializer<E>) nested[0]);
    }
  }
}
