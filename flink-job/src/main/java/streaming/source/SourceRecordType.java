package streaming.source;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;

/** Type of the records of a source. */
final class SourceRecordType<E> extends GenericTypeInfo<SourceRecord<E>> {
  private static final long serialVersionUID = 1L;

  private final TypeInformation<E> event;

  @SuppressWarnings("unchecked")
  SourceRecordType(TypeInformation<E> event) {
    super((Class<SourceRecord<E>>) (Class<?>) SourceRecord.class);
    this.event = event;
  }

  @Override
  public TypeSerializer<SourceRecord<E>> createSerializer(SerializerConfig config) {
    return new SourceRecordSerializer<>(event.createSerializer(config));
  }
}
