package streaming.source;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a polling consumer asks of Kinesis, over shards that a test fills, silences and closes. The
 * even shards have the lower half of the hash keys, and so one subtask of two; the odd ones have
 * the upper half.
 */
public final class FakeKinesis implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Shard> shards = new TreeMap<>();
  private final List<String> iterators = new ArrayList<>();
  private final Deque<Map.Entry<String, Integer>> failures = new ArrayDeque<>();

  private FakeKinesis(HttpServer server) {
    this.server = server;
    server.createContext("/", this::answer);
    server.start();
  }

  public static FakeKinesis start() throws IOException {
    return new FakeKinesis(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  public String endpoint() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Adds a record to a shard, and the shard if it is new. */
  public synchronized void put(int shard, byte[] payload) {
    Shard target = shards.computeIfAbsent(shardId(shard), id -> new Shard(shard));
    target.payloads.add(payload);
    target.arrivals.add(System.currentTimeMillis());
  }

  /** The next requests for records fail. */
  public synchronized void fail(String error, int status, int requests) {
    for (int request = 0; request < requests; request++) {
      failures.add(Map.entry(error, status));
    }
  }

  /** Adds a shard that others were resharded into. */
  public synchronized void open(int shard, int parent) {
    Shard child = new Shard(shard);
    child.parent = shardId(parent);
    shards.put(shardId(shard), child);
  }

  /** The shard iterators that have been asked for: shard, type and sequence number. */
  public synchronized List<String> iterators() {
    return new ArrayList<>(iterators);
  }

  /** Waits until a shard has been read, were it without a record. */
  public synchronized void awaitRead(int shard) throws InterruptedException {
    while (shards.get(shardId(shard)).reads == 0) {
      wait();
    }
  }

  /** Waits until a shard has been read that often from now on. */
  public synchronized void awaitReads(int shard, int times) throws InterruptedException {
    int before = shards.get(shardId(shard)).reads;
    while (shards.get(shardId(shard)).reads < before + times) {
      wait();
    }
  }

  /** Waits until a closed shard has been read to its end. */
  public synchronized void awaitEnd(int shard) throws InterruptedException {
    while (!shards.get(shardId(shard)).ended) {
      wait(10);
    }
  }

  /** A silent shard has no records to give for the time being. */
  public synchronized void silence(int shard, boolean silent) {
    shards.computeIfAbsent(shardId(shard), id -> new Shard(shard)).silent = silent;
  }

  /** A shard that lags has no records to give yet, and says that there are some. */
  public synchronized void lag(int shard, boolean lagging) {
    silence(shard, lagging);
    shards.get(shardId(shard)).lagging = lagging;
  }

  /** Closes a shard, as resharding does. */
  public synchronized void close(int shard) {
    shards.get(shardId(shard)).closed = true;
  }

  private static String shardId(int shard) {
    return String.format("shardId-%012d", shard);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String operation =
        exchange.getRequestHeaders().getFirst("X-Amz-Target").replaceFirst(".*\\.", "");
    Map<String, Object> request = JSON.std.mapFrom(exchange.getRequestBody());
    Map<String, Object> answer;
    switch (operation) {
      case "ListShards":
        answer = Map.of("Shards", listShards((String) request.get("ExclusiveStartShardId")));
        break;
      case "GetShardIterator":
        answer = Map.of("ShardIterator", iterator(request));
        break;
      case "GetRecords":
        if (!failures.isEmpty()) {
          Map.Entry<String, Integer> failure = failures.remove();
          send(exchange, failure.getValue(), Map.of("__type", failure.getKey()));
          return;
        }
        answer = records((String) request.get("ShardIterator"));
        break;
      default:
        throw new IllegalArgumentException(operation);
    }
    send(exchange, 200, answer);
  }

  private static void send(HttpExchange exchange, int status, Object answer) throws IOException {
    byte[] body = JSON.std.asString(answer).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private List<Map<String, Object>> listShards(String after) {
    List<Map<String, Object>> list = new ArrayList<>();
    shards.forEach(
        (id, shard) -> {
          if (after == null || id.compareTo(after) > 0) {
            Map<String, Object> sequence =
                new LinkedHashMap<>(Map.of("StartingSequenceNumber", "1"));
            if (shard.closed) {
              sequence.put("EndingSequenceNumber", Integer.toString(shard.payloads.size()));
            }
            Map<String, Object> description =
                new LinkedHashMap<>(
                    Map.of(
                        "ShardId", id,
                        "HashKeyRange", shard.hashKeys(),
                        "SequenceNumberRange", sequence));
            if (shard.parent != null) {
              description.put("ParentShardId", shard.parent);
            }
            list.add(description);
          }
        });
    return list;
  }

  /** The first sequence number of a shard is 1. */
  private String iterator(Map<String, Object> request) {
    int position = 0;
    Object type = request.get("ShardIteratorType");
    iterators.add(
        request.get("ShardId")
            + " "
            + type
            + (type.toString().endsWith("SEQUENCE_NUMBER")
                ? " " + request.get("StartingSequenceNumber")
                : ""));
    if ("AT_TIMESTAMP".equals(type)) {
      long instant = (long) (1000 * ((Number) request.get("Timestamp")).doubleValue());
      List<Long> arrivals = shards.get(request.get("ShardId")).arrivals;
      position = (int) arrivals.stream().filter(arrival -> arrival < instant).count();
    } else if ("AFTER_SEQUENCE_NUMBER".equals(type)) {
      position = Integer.parseInt((String) request.get("StartingSequenceNumber"));
    } else if ("AT_SEQUENCE_NUMBER".equals(type)) {
      position = Integer.parseInt((String) request.get("StartingSequenceNumber")) - 1;
    }
    return request.get("ShardId") + ":" + position;
  }

  private Map<String, Object> records(String iterator) {
    String id = iterator.split(":")[0];
    int position = Integer.parseInt(iterator.split(":")[1]);
    Shard shard = shards.get(id);
    shard.reads++;
    notifyAll();
    List<Map<String, Object>> records = new ArrayList<>();
    while (!shard.silent && position < shard.payloads.size()) {
      records.add(
          Map.of(
              "SequenceNumber",
              Integer.toString(position + 1),
              "ApproximateArrivalTimestamp",
              shard.arrivals.get(position) / 1000.0,
              "PartitionKey",
              "1",
              "Data",
              Base64.getEncoder().encodeToString(shard.payloads.get(position))));
      position++;
    }
    shard.ended = shard.closed && position == shard.payloads.size();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("Records", records);
    answer.put("MillisBehindLatest", shard.lagging ? 1000 : 0);
    if (!shard.closed || position < shard.payloads.size()) {
      answer.put("NextShardIterator", id + ":" + position);
    }
    return answer;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static final class Shard {
    private final BigInteger half;
    private final List<byte[]> payloads = new ArrayList<>();
    private final List<Long> arrivals = new ArrayList<>();
    private int reads;
    private boolean silent;
    private boolean lagging;
    private boolean closed;
    private boolean ended;
    private String parent;

    private Shard(int number) {
      half = BigInteger.valueOf(number % 2);
    }

    private Map<String, Object> hashKeys() {
      BigInteger length = BigInteger.ONE.shiftLeft(127);
      return Map.of(
          "StartingHashKey", half.multiply(length).toString(),
          "EndingHashKey",
              half.add(BigInteger.ONE).multiply(length).subtract(BigInteger.ONE).toString());
    }
  }
}
