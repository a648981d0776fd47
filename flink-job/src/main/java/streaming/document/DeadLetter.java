package streaming.document;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import streaming.source.SourceRecord;

/** The document that keeps what would otherwise be lost: a record or a result. */
public final class DeadLetter {
  public static final String INDEX = "dead-letters";

  /**
   * In characters, each of up to six bytes in JSON: there are domains that take requests of 10 MiB
   * at most (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html).
   */
  private static final int LONGEST_PAYLOAD = 1024 * 1024;

  private static final int LONGEST_DETAIL = 10_000;

  private DeadLetter() {}

  /** Keeps a record whose payload is no event. */
  public static Document malformed(SourceRecord<?> record) {
    return document(record, "malformed", record.problem);
  }

  /** Keeps a record whose event lies too far after its arrival. */
  public static Document future(SourceRecord<?> record) {
    return document(record, "future", record.problem);
  }

  /** Keeps a record that came too late; the detail says for what. */
  public static Document late(SourceRecord<?> record, String detail) {
    return document(record, "late", detail);
  }

  /** Keeps a document that its index refuses; the detail is the index's reason. */
  public static Document rejected(Document document, String detail) {
    return letter(
        document.index + "-" + document.id,
        document.time,
        "rejected",
        document.index + "/" + document.id + " was refused: " + detail,
        json -> json.writeStringField("eventTime", Instant.ofEpochMilli(document.time).toString()),
        document.source);
  }

  /** The reason of a dead letter, its first field. */
  public static String reasonOf(Document letter) {
    return letter.source.split("\"", 5)[3];
  }

  private static Document document(SourceRecord<?> record, String reason, String detail) {
    boolean hasEventTime = record.eventTime != SourceRecord.NO_EVENT_TIME;
    return letter(
        record.position(),
        // Event times may be any, and would open a file of the archive for each of their hours.
        record.arrivalTime,
        reason,
        detail,
        json -> {
          json.writeStringField("shardId", record.shardId);
          json.writeStringField("sequenceNumber", record.sequenceNumber);
          if (hasEventTime) {
            json.writeStringField("eventTime", Instant.ofEpochMilli(record.eventTime).toString());
          }
        },
        new String(record.payload, StandardCharsets.UTF_8));
  }

  private static Document letter(
      String id, long time, String reason, String detail, Document.Fields origin, String payload) {
    String remark =
        payload.length() > LONGEST_PAYLOAD
            ? String.format(
                " (payload cut after %d of %d characters)", LONGEST_PAYLOAD, payload.length())
            : "";
    return Document.of(
        INDEX,
        id,
        time,
        json -> {
          json.writeStringField("reason", reason);
          json.writeStringField("detail", cut(detail, LONGEST_DETAIL) + remark);
          origin.writeTo(json);
          json.writeStringField("payload", cut(payload, LONGEST_PAYLOAD));
        });
  }

  private static String cut(String text, int longest) {
    return text.length() > longest ? text.substring(0, longest) : text;
  }
}
