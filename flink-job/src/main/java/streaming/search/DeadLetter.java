package streaming.search;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import streaming.source.SourceRecord;

/** The document that keeps a record which no result counts. */
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

  private static Document document(SourceRecord<?> record, String reason, String detail) {
    return Document.of(
        INDEX,
        record.shardId + "-" + record.sequenceNumber,
        json -> {
          json.writeStringField("reason", reason);
          json.writeStringField("detail", detail);
          json.writeStringField("shardId", record.shardId);
          json.writeStringField("sequenceNumber", record.sequenceNumber);
          if (record.eventTime != SourceRecord.NO_EVENT_TIME) {
            json.writeStringField("eventTime", Instant.ofEpochMilli(record.eventTime).toString());
          }
          json.writeStringField("payload", new String(record.payload, StandardCharsets.UTF_8));
        });
  }
}
