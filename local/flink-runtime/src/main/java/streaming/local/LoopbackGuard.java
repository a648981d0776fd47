package streaming.local;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.io.network.netty.InboundChannelHandlerFactory;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelFutureListener;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandler;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandlerContext;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.DefaultFullHttpResponse;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpHeaders;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpRequest;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpResponseStatus;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpVersion;
import org.apache.flink.shaded.netty4.io.netty.util.ReferenceCountUtil;

/**
 * Refuses requests to the REST API by web pages other than Flink's own dashboard: a page in the
 * developer's browser can send requests to any local port. A foreign host name may resolve to
 * 127.0.0.1 (DNS rebinding), and browsers mark what a page sends with {@code Origin} or {@code
 * Sec-Fetch-Site}.
 */
public final class LoopbackGuard implements InboundChannelHandlerFactory {
  private static final Set<String> HOSTS = Set.of("127.0.0.1", "localhost");

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Optional<ChannelHandler> createHandler(
      Configuration configuration, Map<String, String> responseHeaders) {
    return Optional.of(new Handler());
  }

  private static final class Handler extends ChannelInboundHandlerAdapter {
    private boolean refused;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest && !isAllowed(((HttpRequest) message).headers())) {
        refused = true;
        context
            .writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.FORBIDDEN))
            .addListener(ChannelFutureListener.CLOSE);
      }
      // The body of a refused request is dropped.
      if (refused) ReferenceCountUtil.release(message);
      else context.fireChannelRead(message);
    }
  }

  private static boolean isAllowed(HttpHeaders headers) {
    String host = headers.get("Host");
    if (host == null || !HOSTS.contains(host.replaceFirst(":\\d+$", ""))) return false;
    String origin = headers.get("Origin");
    if (origin != null && !origin.equals("http://" + host)) return false;
    String site = headers.get("Sec-Fetch-Site");
    return site == null
        || site.equals("none")
        || site.equals("same-origin")
        // A link to the dashboard.
        || "document".equals(headers.get("Sec-Fetch-Dest"));
  }
}
