package streaming.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Serializable;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * A document on its way to an index. Its id is made of what it describes, so that writing it again
 * overwrites it and never adds a second one.
 */
public class Document implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final JsonFactory JSON = new JsonFactory();

  /** Where it is found: an index or, for a result, the alias of an index per day. */
  public String index;

  public String id;

  /** The document as JSON. */
  public String source;

  /** What a result is about: its id without the window. Null for a dead letter. */
  public String subject;

  /** The time that it belongs to: the start of a result's window, the arrival of a record. */
  public long time;

  /** Whether it stays as it is: false for the early result of a window. */
  public boolean complete;

  /** Whether it is an early result of records that were read when they arrived. */
  public boolean live;

  /** Writes the fields of a document. */
  @FunctionalInterface
  public interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /**
   * The result of a window: {@code <subject>-<window start in epoch seconds>} with the fields
   * windowStart, windowEnd and complete after its own.
   *
   * @param start the window's start in milliseconds since the epoch
   * @param end its end, exclusive
   */
  public static Document result(
      String index, String subject, long start, long end, boolean complete, Fields fields) {
    Document document =
        of(
            index,
            subject + "-" + start / 1000,
            start,
            json -> {
              fields.writeTo(json);
              json.writeStringField("windowStart", Instant.ofEpochMilli(start).toString());
              json.writeStringField("windowEnd", Instant.ofEpochMilli(end).toString());
              json.writeBooleanField("complete", complete);
            });
    document.subject = subject;
    document.complete = complete;
    return document;
  }

  /** A document that is about no window and stays as it is. */
  static Document of(String index, String id, long time, Fields fields) {
    Document document = new Document();
    document.index = index;
    document.id = id;
    document.source = object(fields);
    document.time = time;
    document.complete = true;
    return document;
  }

  /** The index that holds it: a result is in that of the day of its window's start, in UTC. */
  public String storedIn() {
    return subject == null
        ? index
        : index + "-" + Instant.ofEpochMilli(time).toString().substring(0, 10);
  }

  /** The document as one line of JSON that names its index and id before its fields. */
  public String toLine() {
    String identity =
        object(
            json -> {
              json.writeStringField("index", index);
              json.writeStringField("id", id);
            });
    return identity.substring(0, identity.length() - 1) + "," + source.substring(1);
  }

  private static String object(Fields fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }
}
