package streaming.document;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import streaming.source.SourceRecord;

/** The document that keeps what would otherwise be lost: a record or a result. */
public final class DeadLetter {
  public static final String INDEX = "dead-letters";

  private DeadLetter() {}

  /** Keeps a record whose payload is no event. */
  public static Document malformed(SourceRecord<?> record) {
    return document(record, "malformed", record.problem);
  }

  /**
   * Keeps a record that came too late.
   *
   * @param detail what it came too late for
   */
  public static Document late(SourceRecord<?> record, String detail) {
    return document(record, "late", detail);
  }

  /**
   * Keeps a document that its index refuses.
   *
   * @param detail what the index says
   */
  public static Document rejected(Document document, String detail) {
    return Document.of(
        INDEX,
        document.index + "-" + document.id,
        document.time,
        json -> {
          json.writeStringField("reason", "rejected");
          json.writeStringField(
              "detail", document.index + "/" + document.id + " was refused: " + detail);
          json.writeStringField("eventTime", Instant.ofEpochMilli(document.time).toString());
          json.writeStringField("payload", document.source);
        });
  }

  private static Document document(SourceRecord<?> record, String reason, String detail) {
    boolean hasEventTime = record.eventTime != SourceRecord.NO_EVENT_TIME;
    return Document.of(
        INDEX,
        record.shardId + "-" + record.sequenceNumber,
        hasEventTime ? record.eventTime : record.arrivalTime,
        json -> {
          json.writeStringField("reason", reason);
          json.writeStringField("detail", detail);
          json.writeStringField("shardId", record.shardId);
          json.writeStringField("sequenceNumber", record.sequenceNumber);
          if (hasEventTime) {
            json.writeStringField("eventTime", Instant.ofEpochMilli(record.eventTime).toString());
          }
          json.writeStringField("payload", new String(record.payload, StandardCharsets.UTF_8));
        });
  }
}
