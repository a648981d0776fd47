package streaming.source;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigInteger;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** A shard of the stream and how far it has been read. */
final class ShardSplit implements SourceSplit {
  final String shardId;

  /** The hash keys of the shard's partition keys, both ends inclusive. */
  final BigInteger firstHashKey;

  final BigInteger lastHashKey;
  final ShardPosition position;

  /** The newest event time that has been read, or {@link SourceRecord#NO_EVENT_TIME}. */
  final long newestEventTime;

  ShardSplit(
      String shardId,
      BigInteger firstHashKey,
      BigInteger lastHashKey,
      ShardPosition position,
      long newestEventTime) {
    this.shardId = shardId;
    this.firstHashKey = firstHashKey;
    this.lastHashKey = lastHashKey;
    this.position = position;
    this.newestEventTime = newestEventTime;
  }

  ShardSplit at(ShardPosition read, long eventTime) {
    return new ShardSplit(shardId, firstHashKey, lastHashKey, read, eventTime);
  }

  @Override
  public String splitId() {
    return shardId;
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(shardId);
    out.writeUTF(firstHashKey.toString());
    out.writeUTF(lastHashKey.toString());
    out.writeBoolean(position.sequenceNumber != null);
    if (position.sequenceNumber != null) {
      out.writeUTF(position.sequenceNumber);
    }
    out.writeLong(position.subSequence);
    out.writeLong(position.instant);
    out.writeLong(newestEventTime);
  }

  static ShardSplit read(DataInput in) throws IOException {
    return new ShardSplit(
        in.readUTF(),
        new BigInteger(in.readUTF()),
        new BigInteger(in.readUTF()),
        new ShardPosition(in.readBoolean() ? in.readUTF() : null, in.readLong(), in.readLong()),
        in.readLong());
  }

  /** Keeps splits in checkpoints and sends them to readers. */
  static final class Serializer implements SimpleVersionedSerializer<ShardSplit> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(ShardSplit split) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(256);
      split.write(out);
      return out.getCopyOfBuffer();
    }

    @Override
    public ShardSplit deserialize(int version, byte[] bytes) throws IOException {
      return read(new DataInputDeserializer(bytes));
    }
  }
}
