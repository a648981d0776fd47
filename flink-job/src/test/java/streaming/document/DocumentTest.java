package streaming.document;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DocumentTest {
  @Test
  void escapesWhatJsonWouldMisread() {
    Document document =
        Document.of("index", "id", 0, json -> json.writeStringField("text", "a \"b\"\n\u0000é"));

    assertThat(document.source).isEqualTo("{\"text\":\"a \\\"b\\\"\\n\\u0000é\"}");
  }

  @Test
  void aLineNamesIndexAndIdBeforeTheFields() {
    Document document =
        Document.result(
            "visits", "gate", 10_000, 20_000, true, json -> json.writeNumberField("visits", 2));

    assertThat(document.toLine())
        .isEqualTo(
            "{\"index\":\"visits\",\"id\":\"gate-10\",\"visits\":2,"
                + "\"windowStart\":\"1970-01-01T00:00:10Z\",\"windowEnd\":\"1970-01-01T00:00:20Z\","
                + "\"complete\":true}");
  }
}
