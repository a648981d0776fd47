package streaming.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import streaming.document.DocumentFixture;

class IndexPartitionerTest {
  private final IndexPartitioner partitioner = new IndexPartitioner();

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "7, 1", "8, 2", "16, 4", "64, 16"})
  void aQuarterOfTheSubtasksShareAnIndex(int subtasks, int shares) {
    assertThat(subtasksOf("taxi-demand-zones", subtasks)).hasSize(shares);
  }

  @ParameterizedTest
  @CsvSource({"2", "8"})
  void theIndicesOfAJobAreSpreadOverItsSubtasks(int subtasks) {
    assertThat(subtasksOf("taxi-demand-zones", subtasks))
        .doesNotContainAnyElementsOf(subtasksOf("taxi-demand-cells", subtasks));
  }

  /** Of a thousand documents. */
  private Set<Integer> subtasksOf(String index, int subtasks) {
    return IntStream.range(0, 1000)
        .mapToObj(id -> DocumentFixture.document(index, "zone-" + id, json -> {}))
        .map(document -> partitioner.partition(document, subtasks))
        .collect(Collectors.toSet());
  }
}
