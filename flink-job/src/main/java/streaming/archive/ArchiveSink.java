package streaming.archive;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import streaming.document.Document;

/**
 * Keeps final results and dead letters in files of JSON lines, exactly once: a file appears with
 * the checkpoint that covers it, and what came after that checkpoint is written again after a
 * recovery.
 */
public final class ArchiveSink {
  private static final Encoder<Document> LINES =
      (document, file) -> file.write((document.toLine() + "\n").getBytes(StandardCharsets.UTF_8));

  private static final DateTimeFormatter FOLDER =
      DateTimeFormatter.ofPattern("'day='uuuu-MM-dd/'hour='HH").withZone(ZoneOffset.UTC);

  private ArchiveSink() {}

  /**
   * @param path of the folder, a URL whose scheme is a file system of the cluster
   */
  public static void addTo(DataStream<Document> documents, String path) {
    documents
        .filter(document -> document.complete)
        .uid("archived-documents")
        .name("Archived documents")
        .sinkTo(
            FileSink.forRowFormat(new Path(path), LINES)
                .withBucketAssigner(new HourFolders())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix(".jsonl").build())
                .build())
        .uid("archive-sink")
        .name("Archive sink");
  }

  /** Folders such as {@code day=2019-03-01/hour=18}, in UTC, of the time of the document. */
  private static final class HourFolders implements BucketAssigner<Document, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String getBucketId(Document document, Context context) {
      return FOLDER.format(Instant.ofEpochMilli(document.time));
    }

    @Override
    public SimpleVersionedSerializer<String> getSerializer() {
      return SimpleVersionedStringSerializer.INSTANCE;
    }
  }
}
