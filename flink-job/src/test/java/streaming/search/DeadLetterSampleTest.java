package streaming.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import streaming.document.DeadLetter;
import streaming.document.Document;
import streaming.source.SourceRecord;

class DeadLetterSampleTest {
  private final DeadLetterSample sample = new DeadLetterSample();

  @Test
  void keepsABoundedNumberOfEachReasonInAMinute() {
    // The flood may last into a second minute, hardly into a third.
    assertThat(IntStream.range(0, 10_000).filter(each -> sample.filter(late())).count())
        .isBetween(1_000L, 2_000L);
  }

  @Test
  void oneReasonDoesNotHideAnother() {
    IntStream.range(0, 10_000).forEach(each -> sample.filter(late()));

    assertThat(sample.filter(DeadLetter.malformed(record()))).isTrue();
  }

  @Test
  void keepsAllResults() {
    Document result =
        Document.result("late", "a", 0, 1, true, json -> json.writeStringField("reason", "late"));

    assertThat(IntStream.range(0, 10_000).allMatch(each -> sample.filter(result))).isTrue();
  }

  private static Document late() {
    return DeadLetter.late(record(), "too late");
  }

  private static SourceRecord<?> record() {
    SourceRecord<?> record = new SourceRecord<>();
    record.payload = new byte[0];
    record.problem = "not JSON";
    return record;
  }
}
