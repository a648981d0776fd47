package streaming.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.RequestEntryWrapper;
import org.junit.jupiter.api.Test;
import streaming.document.Document;
import streaming.document.DocumentFixture;

class DocumentStateSerializerTest {
  @Test
  void givesBackWhatItWasGiven() throws Exception {
    Document result =
        Document.result(
            "visits", "gate", 10_000, 20_000, true, json -> json.writeNumberField("é", 2));
    Document letter =
        DocumentFixture.document(
            "dead-letters", "a", json -> json.writeStringField("payload", "x".repeat(100_000)));
    DocumentStateSerializer serializer = new DocumentStateSerializer();

    BufferedRequestState<Document> restored =
        serializer.deserialize(
            serializer.getVersion(),
            serializer.serialize(
                new BufferedRequestState<>(
                    List.of(
                        new RequestEntryWrapper<>(result, 10),
                        new RequestEntryWrapper<>(letter, 20)))));

    assertThat(restored.getBufferedRequestEntries())
        .extracting(RequestEntryWrapper::getRequestEntry)
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(result, letter);
  }
}
