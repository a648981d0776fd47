package streaming.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DocumentTest {
  @Test
  void escapesWhatJsonWouldMisread() {
    Document document =
        Document.of("index", "id", json -> json.writeStringField("text", "a \"b\"\n\u0000é"));

    assertThat(document.source).isEqualTo("{\"text\":\"a \\\"b\\\"\\n\\u0000é\"}");
  }
}
