package streaming.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkClientException;
import streaming.batch.BatchSender;
import streaming.document.DeadLetter;
import streaming.document.Document;

/** Writes documents with bulk requests. */
final class BulkSender implements BatchSender {
  /**
   * The answer contains only the fields of each document that are read. The domain gives up before
   * the client does, by default after the same minute
   * (https://docs.opensearch.org/latest/api-reference/document-apis/bulk/): what it still wrote
   * after that could replace what came later.
   */
  private static final String PATH = "/_bulk?filter_path=items.*.status,items.*.error&timeout=30s";

  /** Documents of a request that may be refused for one reason, however small it is. */
  private static final int MOST_REFUSALS = 10;

  private static final int BAD_REQUEST = 400;
  private static final int TOO_MANY_REQUESTS = 429;

  /** Type of the error when the domain has as many shards as it may have, and needs a new index. */
  private static final String NO_ROOM_FOR_SHARDS = "validation_exception";

  private static final JsonFactory JSON_FACTORY = new JsonFactory();

  private static final long LOG_NANOSECONDS = Duration.ofMinutes(1).toNanos();
  private static final Logger LOG = LoggerFactory.getLogger(BulkSender.class);

  private final SignedClient client;
  private long nextLog = System.nanoTime();

  BulkSender(URI endpoint, String region) {
    client = new SignedClient(endpoint, region);
  }

  @Override
  public Outcome send(List<Document> documents) throws IOException {
    SignedClient.Response response;
    try {
      response = client.post(path(documents), body(documents));
    } catch (IOException | SdkClientException noAnswer) {
      return new Outcome(documents, List.of(), noAnswer.toString());
    }
    if (isTemporary(response.status)) {
      return new Outcome(documents, List.of(), "status " + response.status);
    }
    if (response.status != 200) {
      throw new IOException(
          String.format(
              "the domain answers a bulk request with status %d: %s",
              response.status, new String(response.body, StandardCharsets.UTF_8)));
    }
    return outcome(documents, JSON.std.mapFrom(response.body));
  }

  /** Live results can be found as soon as they are written. */
  private static String path(List<Document> documents) {
    return documents.stream().anyMatch(document -> document.live) ? PATH + "&refresh=true" : PATH;
  }

  private static byte[] body(List<Document> documents) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (Document document : documents) {
      try (JsonGenerator json =
          JSON_FACTORY.createGenerator(lines).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
        json.writeStartObject();
        json.writeObjectFieldStart("index");
        json.writeStringField("_index", document.storedIn());
        json.writeStringField("_id", document.id);
        json.writeEndObject();
        json.writeEndObject();
      }
      lines.write('\n');
      lines.write(document.source.getBytes(StandardCharsets.UTF_8));
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  /** The answer has an item for each document, in their order. */
  private Outcome outcome(List<Document> documents, Map<String, Object> answer) throws IOException {
    List<Document> again = new ArrayList<>();
    List<Document> instead = new ArrayList<>();
    String reason = null;
    Map<String, Integer> refusals = new HashMap<>();
    List<?> items = (List<?>) answer.getOrDefault("items", List.of());
    if (items.size() != documents.size()) {
      throw new IOException(
          String.format(
              "the domain answers for %d of %d documents", items.size(), documents.size()));
    }
    for (int place = 0; place < documents.size(); place++) {
      Document document = documents.get(place);
      Map<?, ?> item = (Map<?, ?>) ((Map<?, ?>) items.get(place)).get("index");
      int status = ((Number) item.get("status")).intValue();
      if (status < 300) {
        continue;
      }
      String problem = String.format("status %d, %s", status, JSON.std.asString(item.get("error")));
      String type = String.valueOf(((Map<?, ?>) item.get("error")).get("type"));
      if (status != BAD_REQUEST || type.equals(NO_ROOM_FOR_SHARDS)) {
        // Not the document's fault: a full disk blocks its index (403), or it does not exist (404).
        again.add(document);
        reason = problem;
      } else if (document.index.equals(DeadLetter.INDEX)) {
        throw new IOException("the domain refuses dead letter " + document.id + ": " + problem);
      } else {
        instead.add(DeadLetter.rejected(document, problem));
        if (System.nanoTime() >= nextLog) {
          nextLog = System.nanoTime() + LOG_NANOSECONDS;
          LOG.warn("The domain refuses {}/{}: {}", document.index, document.id, problem);
        }
        if (refusals.merge(type, 1, Integer::sum) > Math.max(MOST_REFUSALS, items.size() / 2)) {
          // Not the documents' fault: their index has another mapping than they need.
          throw new IOException(
              String.format(
                  "the domain refuses most of %d documents for the same reason, such as %s/%s: %s",
                  items.size(), document.index, document.id, problem));
        }
      }
    }
    return new Outcome(again, instead, reason);
  }

  private static boolean isTemporary(int status) {
    return status == TOO_MANY_REQUESTS || status >= 500;
  }

  @Override
  public void close() {
    client.close();
  }
}
