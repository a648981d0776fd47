package streaming.batch;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriterStateSerializer;
import streaming.document.Document;

/** Keeps documents that wait to be written in a checkpoint. */
final class DocumentStateSerializer extends AsyncSinkWriterStateSerializer<Document> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  protected void serializeRequestToStream(Document document, DataOutputStream out)
      throws IOException {
    out.writeUTF(document.index);
    out.writeUTF(document.id);
    out.writeBoolean(document.subject != null);
    if (document.subject != null) {
      out.writeUTF(document.subject);
    }
    out.writeLong(document.time);
    out.writeBoolean(document.complete);
    byte[] source = document.source.getBytes(StandardCharsets.UTF_8);
    out.writeInt(source.length);
    out.write(source);
  }

  @Override
  protected Document deserializeRequestFromStream(long size, DataInputStream in)
      throws IOException {
    Document document = new Document();
    document.index = in.readUTF();
    document.id = in.readUTF();
    document.subject = in.readBoolean() ? in.readUTF() : null;
    document.time = in.readLong();
    document.complete = in.readBoolean();
    document.source = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    return document;
  }
}
