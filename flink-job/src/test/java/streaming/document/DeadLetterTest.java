package streaming.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import streaming.source.SourceRecord;

class DeadLetterTest {
  private static final int MIB = 1024 * 1024;

  @Test
  void keepsARecordAsItIs() throws Exception {
    assertThat(JSON.std.mapFrom(letter("{", "the payload is not JSON").source))
        .isEqualTo(
            Map.of(
                "reason", "malformed",
                "detail", "the payload is not JSON",
                "shardId", "shardId-000000000000",
                "sequenceNumber", "4965",
                "payload", "{"));
  }

  @Test
  void belongsToTheArrivalOfTheRecordWhateverItsEventTimeIs() {
    SourceRecord<Object> record = record("{}", "too late");
    record.arrivalTime = 1_772_323_200_000L;
    record.eventTime = -62_167_219_200_000L;

    for (Document letter : List.of(DeadLetter.future(record), DeadLetter.late(record, "late"))) {
      assertThat(letter.time).isEqualTo(1_772_323_200_000L);
      assertThat(letter.source).contains("\"eventTime\":\"0000-01-01T00:00:00Z\"");
    }
  }

  @Test
  void cutsALargeRecordSoThatADomainTakesIt() throws Exception {
    Document letter = letter("\u0000".repeat(5 * MIB), "the payload is not JSON");

    assertThat(letter.source.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(7 * MIB);
    assertThat(JSON.std.mapFrom(letter.source))
        .containsEntry("sequenceNumber", "4965")
        .containsEntry("payload", "\u0000".repeat(MIB))
        .containsEntry(
            "detail", "the payload is not JSON (payload cut after 1048576 of 5242880 characters)");
  }

  @Test
  void cutsALongDetail() throws Exception {
    Document letter = letter("{}", "x".repeat(5 * MIB) + " is not a field of a trip");

    assertThat(JSON.std.mapFrom(letter.source)).containsEntry("detail", "x".repeat(10_000));
  }

  @Test
  void cutsALargeDocumentThatWasRefused() throws Exception {
    Document document =
        Document.of(
            "counts", "a", 0, json -> json.writeStringField("text", "\u0000".repeat(5 * MIB)));

    Document letter = DeadLetter.rejected(document, "status 400");

    assertThat(letter.source.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(7 * MIB);
    assertThat(JSON.std.mapFrom(letter.source).get("detail"))
        .isEqualTo(
            "counts/a was refused: status 400 (payload cut after 1048576 of 31457291 characters)");
  }

  private static Document letter(String payload, String problem) {
    return DeadLetter.malformed(record(payload, problem));
  }

  private static SourceRecord<Object> record(String payload, String problem) {
    SourceRecord<Object> record = new SourceRecord<>();
    record.shardId = "shardId-000000000000";
    record.sequenceNumber = "4965";
    record.payload = payload.getBytes(StandardCharsets.UTF_8);
    record.problem = problem;
    return record;
  }
}
