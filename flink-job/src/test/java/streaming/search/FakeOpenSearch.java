package streaming.search;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The bulk interface of OpenSearch, with a status for each document that a test may choose. */
final class FakeOpenSearch implements AutoCloseable {
  private final HttpServer server;
  private final Deque<Integer> statuses = new ArrayDeque<>();
  private final Map<String, String> documents = new TreeMap<>();
  private String errorType = "chosen_by_the_test";
  private final Deque<Integer> failures = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private final List<String> authorizations = new ArrayList<>();
  private final List<String> queries = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();

  FakeOpenSearch(HttpServer server) {
    this.server = server;
    server.createContext("/", this::answer);
    server.start();
  }

  static FakeOpenSearch start() throws IOException {
    return new FakeOpenSearch(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  /** The statuses of the next documents; after them every document is written. */
  synchronized FakeOpenSearch answering(int... next) {
    for (int status : next) {
      statuses.add(status);
    }
    return this;
  }

  /** The type of the error of each document that is not written. */
  synchronized FakeOpenSearch refusingAs(String type) {
    errorType = type;
    return this;
  }

  /** The statuses of the next requests, which write nothing. */
  synchronized FakeOpenSearch failing(int... next) {
    for (int status : next) {
      failures.add(status);
    }
    return this;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The documents by index and id. */
  synchronized Map<String, String> documents() {
    return new TreeMap<>(documents);
  }

  /** Path and ids of each request. */
  synchronized List<String> requests() {
    return new ArrayList<>(requests);
  }

  synchronized List<String> authorizations() {
    return new ArrayList<>(authorizations);
  }

  /** What follows the path of each request. */
  synchronized List<String> queries() {
    return new ArrayList<>(queries);
  }

  /** Bytes of each request. */
  synchronized List<Integer> sizes() {
    return new ArrayList<>(sizes);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    if (!failures.isEmpty()) {
      requests.add("failed");
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(failures.remove(), -1);
      exchange.close();
      return;
    }
    byte[] body = exchange.getRequestBody().readAllBytes();
    String[] lines = new String(body, StandardCharsets.UTF_8).split("\n");
    List<Map<String, Object>> items = new ArrayList<>();
    StringBuilder ids = new StringBuilder(exchange.getRequestURI().getPath());
    for (int line = 0; line + 1 < lines.length; line += 2) {
      Map<?, ?> target = (Map<?, ?>) JSON.std.mapFrom(lines[line]).get("index");
      ids.append(' ').append(target.get("_id"));
      items.add(Map.of("index", write(target, lines[line + 1])));
    }
    requests.add(ids.toString());
    queries.add(exchange.getRequestURI().getQuery());
    sizes.add(body.length);
    authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] response =
        JSON.std
            .asString(Map.of("took", 1, "errors", true, "items", items))
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, response.length);
    exchange.getResponseBody().write(response);
    exchange.close();
  }

  private Map<String, Object> write(Map<?, ?> target, String source) {
    int status = statuses.isEmpty() ? 201 : statuses.remove();
    Map<String, Object> item = new TreeMap<>();
    item.put("_index", target.get("_index"));
    item.put("_id", target.get("_id"));
    item.put("status", status);
    if (status == 201) {
      documents.put(target.get("_index") + "/" + target.get("_id"), source);
    } else {
      item.put("error", Map.of("type", errorType));
    }
    return item;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
