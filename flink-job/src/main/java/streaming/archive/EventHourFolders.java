package streaming.archive;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import streaming.document.Document;

/** Folders such as {@code day=2019-03-01/hour=18}, in UTC, of the event's own time. */
final class EventHourFolders implements BucketAssigner<Document, String> {
  private static final long serialVersionUID = 1L;

  private static final DateTimeFormatter FOLDER =
      DateTimeFormatter.ofPattern("'day='uuuu-MM-dd/'hour='HH").withZone(ZoneOffset.UTC);

  @Override
  public String getBucketId(Document document, Context context) {
    return FOLDER.format(Instant.ofEpochMilli(document.time));
  }

  @Override
  public SimpleVersionedSerializer<String> getSerializer() {
    return SimpleVersionedStringSerializer.INSTANCE;
  }
}
