package streaming.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
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

  @Test
  void anEarlyResultAndItsFinalOneAreStoredByTheDayOfTheirWindow() {
    long lateEvening = Instant.parse("2019-03-01T23:59:00Z").toEpochMilli();
    long nextDay = Instant.parse("2019-03-02T00:14:00Z").toEpochMilli();
    for (boolean complete : new boolean[] {false, true}) {
      Document document =
          Document.result("visits", "gate", lateEvening, nextDay, complete, json -> {});

      assertThat(document.storedIn()).isEqualTo("visits-2019-03-01");
      assertThat(document.index).isEqualTo("visits");
    }
  }

  @Test
  void aDeadLetterHasOneIndexWhateverItsTime() {
    assertThat(Document.of(DeadLetter.INDEX, "a", Long.MAX_VALUE, json -> {}).storedIn())
        .isEqualTo("dead-letters");
  }
}
