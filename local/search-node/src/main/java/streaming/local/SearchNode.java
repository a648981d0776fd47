package streaming.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.geo.GeoModulePlugin;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.ingest.common.IngestCommonPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.percolator.PercolatorPlugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * One OpenSearch node on 127.0.0.1. Arguments: HTTP port, transport port, folder of the data,
 * folder of the buckets.
 *
 * <p>It ends when its standard input is closed, so that a parent that dies in any way takes it with
 * it.
 */
public final class SearchNode extends Node {
  private SearchNode(Settings settings) {
    super(
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "search"),
        List.of(
            Netty4Plugin.class,
            BucketRepositories.class,
            CommonAnalysisPlugin.class,
            GeoModulePlugin.class,
            IngestCommonPlugin.class,
            LoopbackGuard.class,
            MapperExtrasPlugin.class,
            PainlessPlugin.class,
            PercolatorPlugin.class,
            ReindexPlugin.class),
        false);
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[2]);
    Settings settings =
        Settings.builder()
            .put("cluster.name", "local")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[0])
            .put("transport.port", arguments[1])
            .put("path.home", folder)
            .put("path.data", folder.resolve("data"))
            .put("path.logs", folder.resolve("logs"))
            .put(BucketRepositories.FOLDER.getKey(), arguments[3])
            // The disk is shared with everything else on this machine: a full one shows as failed
            // writes, not as indices that silently turn read-only.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    Node node = new SearchNode(settings);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    System.out.println("listening on http://127.0.0.1:" + arguments[0]);
    // Returns when the parent closes its end or dies.
    while (System.in.read() >= 0) {}
    System.exit(0);
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (IOException exception) {
      throw new UncheckedIOException(exception);
    }
  }
}
