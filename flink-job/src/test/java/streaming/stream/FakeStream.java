package streaming.stream;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** PutRecords of Kinesis, with failures that a test may choose. */
final class FakeStream implements AutoCloseable {
  private final HttpServer server;
  private final Deque<Map.Entry<String, Integer>> failures = new ArrayDeque<>();
  private final Map<String, Integer> refusals = new HashMap<>();
  private final List<String> records = new ArrayList<>();
  private final List<Integer> requestSizes = new ArrayList<>();

  private FakeStream(HttpServer server) {
    this.server = server;
    server.createContext("/", this::answer);
    server.start();
  }

  static FakeStream start() throws IOException {
    return new FakeStream(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  /** The next requests fail as a whole. */
  synchronized FakeStream failing(String error, int status, int requests) {
    for (int request = 0; request < requests; request++) {
      failures.add(Map.entry(error, status));
    }
    return this;
  }

  /** The next records of a partition key are refused for now. */
  synchronized FakeStream refusing(String partitionKey, int times) {
    refusals.put(partitionKey, times);
    return this;
  }

  String endpoint() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Partition key and data of each record, in the order of arrival. */
  synchronized List<String> records() {
    return new ArrayList<>(records);
  }

  /** Records of each request that did not fail as a whole. */
  synchronized List<Integer> requestSizes() {
    return new ArrayList<>(requestSizes);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    Map<String, Object> request = JSON.std.mapFrom(exchange.getRequestBody());
    if (!failures.isEmpty()) {
      Map.Entry<String, Integer> failure = failures.remove();
      send(exchange, failure.getValue(), Map.of("__type", failure.getKey()));
      return;
    }
    List<Object> results = new ArrayList<>();
    List<?> entries = (List<?>) request.get("Records");
    requestSizes.add(entries.size());
    for (Object each : entries) {
      results.add(put((Map<?, ?>) each));
    }
    send(exchange, 200, Map.of("FailedRecordCount", 0, "Records", results));
  }

  private Map<String, String> put(Map<?, ?> entry) {
    String key = (String) entry.get("PartitionKey");
    if (refusals.merge(key, -1, Integer::sum) >= 0) {
      return Map.of(
          "ErrorCode", "ProvisionedThroughputExceededException", "ErrorMessage", "slow down");
    }
    byte[] data = Base64.getDecoder().decode((String) entry.get("Data"));
    records.add(key + ": " + new String(data, StandardCharsets.UTF_8));
    return Map.of("SequenceNumber", "1", "ShardId", "shardId-000000000000");
  }

  private static void send(HttpExchange exchange, int status, Object answer) throws IOException {
    byte[] body = JSON.std.asString(answer).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
