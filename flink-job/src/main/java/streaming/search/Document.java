package streaming.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * A document on its way to an index. Its id is made of what it describes, so that writing it again
 * overwrites it and never adds a second one.
 */
public class Document {
  private static final JsonFactory JSON = new JsonFactory();

  public String index;
  public String id;

  /** The document as JSON. */
  public String source;

  /** Writes the fields of a document. */
  @FunctionalInterface
  public interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  public static Document of(String index, String id, Fields fields) {
    StringWriter source = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(source)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    Document document = new Document();
    document.index = index;
    document.id = id;
    document.source = source.toString();
    return document;
  }
}
