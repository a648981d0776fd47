package streaming.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.cluster.metadata.RepositoryMetadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.blobstore.BlobPath;
import org.opensearch.common.blobstore.BlobStore;
import org.opensearch.common.blobstore.fs.FsBlobStore;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.indices.recovery.RecoverySettings;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.RepositoryPlugin;
import org.opensearch.repositories.Repository;
import org.opensearch.repositories.blobstore.BlobStoreRepository;

/** Snapshot repositories of the type s3, each in the folder that is its bucket on this machine. */
public final class BucketRepositories extends Plugin implements RepositoryPlugin {
  /** Folder of the buckets. */
  static final Setting<String> FOLDER =
      Setting.simpleString("streaming.buckets", Property.NodeScope);

  private static final int BUFFER_BYTES = 128 * 1024;

  @Override
  public List<Setting<?>> getSettings() {
    return List.of(FOLDER);
  }

  @Override
  public Map<String, Repository.Factory> getRepositories(
      Environment environment,
      NamedXContentRegistry registry,
      ClusterService cluster,
      RecoverySettings recovery) {
    Path buckets = Path.of(FOLDER.get(environment.settings()));
    return Map.of(
        "s3", metadata -> new BucketRepository(metadata, registry, cluster, recovery, buckets));
  }

  private static final class BucketRepository extends BlobStoreRepository {
    private final Path bucket;
    private final BlobPath basePath;

    BucketRepository(
        RepositoryMetadata metadata,
        NamedXContentRegistry registry,
        ClusterService cluster,
        RecoverySettings recovery,
        Path buckets) {
      super(metadata, registry, cluster, recovery);
      bucket = buckets.resolve(metadata.settings().get("bucket"));
      BlobPath path = BlobPath.cleanPath();
      for (String part : metadata.settings().get("base_path", "").split("/")) {
        if (!part.isEmpty()) {
          path = path.add(part);
        }
      }
      basePath = path;
    }

    @Override
    protected BlobStore createBlobStore() throws IOException {
      return new FsBlobStore(BUFFER_BYTES, bucket, isReadOnly());
    }

    @Override
    public BlobPath basePath() {
      return basePath;
    }
  }
}
