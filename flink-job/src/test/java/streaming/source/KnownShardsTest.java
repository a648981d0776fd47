package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownShardsTest {
  private final KnownShards.Serializer serializer = new KnownShards.Serializer();

  @Test
  void areRestoredFromACheckpoint() throws Exception {
    KnownShards shards = new KnownShards(7);
    ShardSplit child = split("child", ShardPosition.after("49", 2));
    shards.waiting.put("child", new KnownShards.Waiting(child, List.of("parent", "other")));
    shards.assigned.add("parent");
    shards.ended.add("grandparent");

    KnownShards restored = restored(shards);

    assertThat(restored).usingRecursiveComparison().isEqualTo(shards);
    assertThat(restored.contains("child")).isTrue();
    assertThat(restored.contains("parent")).isTrue();
    assertThat(restored.contains("grandparent")).isTrue();
    assertThat(restored.contains("stranger")).isFalse();
    assertThat(restored.isUnread("grandparent")).isFalse();
  }

  @Test
  void areUnknownInACheckpointBeforeTheFirst() throws Exception {
    assertThat(restored(null)).isNull();
  }

  private KnownShards restored(KnownShards shards) throws Exception {
    return serializer.deserialize(serializer.getVersion(), serializer.serialize(shards));
  }

  private static ShardSplit split(String id, ShardPosition position) {
    return new ShardSplit(
        id, BigInteger.ZERO, BigInteger.ONE.shiftLeft(127), position, SourceRecord.NO_EVENT_TIME);
  }
}
