package streaming.document;

/** Documents for the tests of sinks. */
public final class DocumentFixture {
  private DocumentFixture() {}

  /** A document of no window. */
  public static Document document(String index, String id, Document.Fields fields) {
    return Document.of(index, id, 0, fields);
  }
}
