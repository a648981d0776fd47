package streaming.local;

import java.util.Set;
import java.util.function.UnaryOperator;
import org.opensearch.client.node.NodeClient;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestHandler;
import org.opensearch.rest.RestRequest;

/**
 * Refuses web pages: a page in the developer's browser can send requests to any local port. A
 * foreign host name may resolve to 127.0.0.1 (DNS rebinding), and browsers mark what a page sends
 * with {@code Origin} or {@code Sec-Fetch-Site}.
 */
public final class LoopbackGuard extends Plugin implements ActionPlugin {
  private static final Set<String> HOSTS = Set.of("127.0.0.1", "localhost");

  @Override
  public UnaryOperator<RestHandler> getRestHandlerWrapper(ThreadContext context) {
    return Guarded::new;
  }

  private static final class Guarded extends RestHandler.Wrapper {
    private final RestHandler handler;

    private Guarded(RestHandler handler) {
      super(handler);
      this.handler = handler;
    }

    @Override
    public void handleRequest(RestRequest request, RestChannel channel, NodeClient client)
        throws Exception {
      if (isAllowed(request)) {
        handler.handleRequest(request, channel, client);
      } else {
        String reason = "web pages and other host names are refused\n";
        channel.sendResponse(new BytesRestResponse(RestStatus.FORBIDDEN, "text/plain", reason));
      }
    }
  }

  private static boolean isAllowed(RestRequest request) {
    String host = request.header("Host");
    String site = request.header("Sec-Fetch-Site");
    return host != null
        && HOSTS.contains(host.replaceFirst(":\\d+$", ""))
        && request.header("Origin") == null
        && (site == null || site.equals("none"));
  }
}
