package streaming.document;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import streaming.source.SourceRecord;

/**
 * A record that a function sends every minute to measure how old results are: {@code
 * {"canary":"2026-01-31T06:00:00.000Z"}}. It belongs to no window and has no event time.
 */
public final class Canary {
  private static final int LONGEST = 64;
  private static final Pattern PAYLOAD =
      Pattern.compile("\\{\"canary\":\"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)\"}");

  private Canary() {}

  /** The document of a canary, one per shard, or null for any other record. */
  public static Document of(SourceRecord<?> record) {
    if (record.payload.length > LONGEST) {
      return null;
    }
    Matcher payload = PAYLOAD.matcher(new String(record.payload, StandardCharsets.UTF_8));
    if (!payload.matches()) {
      return null;
    }
    Document document =
        Document.of(
            "canaries",
            record.shardId,
            record.arrivalTime,
            json -> json.writeStringField("canary", payload.group(1)));
    // The next one replaces it: it is no result to archive, and readers wait for it.
    document.complete = false;
    return document;
  }
}
