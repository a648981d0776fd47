package streaming.source;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * The type of the records of a source, as Flink wants to know it.
 *
 * @param <E> the type of the event
 */
final class SourceRecordType<E> extends TypeInformation<SourceRecord<E>> {
  private static final long serialVersionUID = 1L;

  private final TypeInformation<E> event;

  SourceRecordType(TypeInformation<E> event) {
    this.event = event;
  }

  @Override
  public TypeSerializer<SourceRecord<E>> createSerializer(SerializerConfig config) {
    return new SourceRecordSerializer<>(event.createSerializer(config));
  }

  /** For Flink 1 alone. */
  @Deprecated
  public TypeSerializer<SourceRecord<E>> createSerializer(ExecutionConfig config) {
    return createSerializer(config.getSerializerConfig());
  }

  @Override
  @SuppressWarnings("unchecked")
  public Class<SourceRecord<E>> getTypeClass() {
    return (Class<SourceRecord<E>>) (Class<?>) SourceRecord.class;
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof SourceRecordType;
  }

  @Override
  public boolean equals(Object other) {
    return canEqual(other) && event.equals(((SourceRecordType<?>) other).event);
  }

  @Override
  public int hashCode() {
    return event.hashCode();
  }

  @Override
  public String toString() {
    return "SourceRecord<" + event + ">";
  }
}
