package streaming.local;

import java.io.File;
import java.net.URI;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** The local stack's buckets, which are folders, under the URLs that they have in S3. */
public final class BucketFileSystem extends LocalFileSystem {
  /** The folder that holds a folder for each bucket. */
  private static final ConfigOption<String> BUCKETS =
      ConfigOptions.key("local.buckets").stringType().noDefaultValue();

  private final String scheme;
  private final File buckets;

  private BucketFileSystem(String scheme, File buckets) {
    this.scheme = scheme;
    this.buckets = buckets;
  }

  @Override
  public File pathToFile(Path path) {
    URI url = path.toUri();
    return scheme.equals(url.getScheme())
        ? new File(new File(buckets, url.getHost()), url.getPath())
        : super.pathToFile(path);
  }

  /** Makes the file system of a scheme. */
  private abstract static class Factory implements FileSystemFactory {
    private final String scheme;
    private Configuration configuration;

    private Factory(String scheme) {
      this.scheme = scheme;
    }

    @Override
    public void configure(Configuration configuration) {
      this.configuration = configuration;
    }

    @Override
    public String getScheme() {
      return scheme;
    }

    @Override
    public FileSystem create(URI url) {
      return new BucketFileSystem(scheme, new File(configuration.get(BUCKETS)));
    }
  }

  /** {@code s3://bucket/key}. */
  public static final class S3 extends Factory {
    public S3() {
      super("s3");
    }
  }

  /** {@code s3a://bucket/key}. */
  public static final class S3a extends Factory {
    public S3a() {
      super("s3a");
    }
  }
}
