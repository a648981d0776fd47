package streaming.source;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;

/** Lists the shards of a stream. */
final class ShardCatalog implements AutoCloseable {
  private final KinesisAsyncClient client;
  private final String stream;

  ShardCatalog(KinesisAsyncClient client, String stream) {
    this.client = client;
    this.stream = stream;
  }

  /**
   * The shards after another one in the order of their ids, which is that of their creation.
   *
   * @param shardId null for all shards
   */
  List<Shard> after(String shardId) throws Exception {
    List<Shard> shards = new ArrayList<>();
    ListShardsResponse page =
        client.listShards(list -> list.streamName(stream).exclusiveStartShardId(shardId)).get();
    shards.addAll(page.shards());
    while (page.nextToken() != null) {
      String next = page.nextToken();
      page = client.listShards(list -> list.nextToken(next)).get();
      shards.addAll(page.shards());
    }
    return shards;
  }

  @Override
  public void close() {
    client.close();
  }
}
