package streaming.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The shards that the source has found, by id; what a checkpoint keeps of the enumerator. */
final class KnownShards {
  /** Where shards without a known position begin, in milliseconds; zero is the oldest record. */
  final long beginning;

  /** Shards that no reader has yet, with their parents. */
  final Map<String, Waiting> waiting = new TreeMap<>();

  /** Shards that a reader has. */
  final Set<String> assigned = new HashSet<>();

  /** Shards that have been read to their end. */
  final Set<String> ended = new HashSet<>();

  KnownShards(long beginning) {
    this.beginning = beginning;
  }

  /** A shard that waits for its parents' end or for a reader. */
  static final class Waiting {
    final ShardSplit split;
    final List<String> parents;

    Waiting(ShardSplit split, List<String> parents) {
      this.split = split;
      this.parents = parents;
    }
  }

  boolean contains(String shardId) {
    return waiting.containsKey(shardId) || assigned.contains(shardId) || ended.contains(shardId);
  }

  /** Whether a shard's records come before those of its children, and have not all been read. */
  boolean isUnread(String shardId) {
    return waiting.containsKey(shardId) || assigned.contains(shardId);
  }

  /** Keeps the state of the enumerator in checkpoints; null is that of one that has not begun. */
  static final class Serializer implements SimpleVersionedSerializer<KnownShards> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(KnownShards shards) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(1024);
      out.writeBoolean(shards != null);
      if (shards != null) {
        out.writeLong(shards.beginning);
        out.writeInt(shards.waiting.size());
        for (Waiting each : shards.waiting.values()) {
          each.split.write(out);
          writeIds(each.parents, out);
        }
        writeIds(shards.assigned, out);
        writeIds(shards.ended, out);
      }
      return out.getCopyOfBuffer();
    }

    @Override
    public KnownShards deserialize(int version, byte[] bytes) throws IOException {
      DataInputDeserializer in = new DataInputDeserializer(bytes);
      if (!in.readBoolean()) {
        return null;
      }
      KnownShards shards = new KnownShards(in.readLong());
      int count = in.readInt();
      for (int each = 0; each < count; each++) {
        ShardSplit split = ShardSplit.read(in);
        shards.waiting.put(split.shardId, new Waiting(split, readIds(in)));
      }
      shards.assigned.addAll(readIds(in));
      shards.ended.addAll(readIds(in));
      return shards;
    }

    private static void writeIds(Collection<String> ids, DataOutputSerializer out)
        throws IOException {
      out.writeInt(ids.size());
      for (String id : ids) {
        out.writeUTF(id);
      }
    }

    private static List<String> readIds(DataInputDeserializer in) throws IOException {
      int count = in.readInt();
      List<String> ids = new ArrayList<>(count);
      for (int each = 0; each < count; each++) {
        ids.add(in.readUTF());
      }
      return ids;
    }
  }
}
