package streaming.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SavedIdFilterTest {
  private final SavedIdFilter filter = new SavedIdFilter();

  @Test
  void mayContainAllThatWasAdded() {
    ids(0, 300_000).forEach(id -> filter.add(id, 10));

    assertThat(ids(0, 300_000)).allMatch(filter::mayContain);
  }

  @Test
  void knowsOfMostOthersThatTheyAreNotSaved() {
    assertThat(filter.mayContain("a")).isFalse();

    ids(0, 300_000).forEach(id -> filter.add(id, 10));

    assertThat(ids(300_000, 600_000).filter(filter::mayContain).count()).isLessThan(15_000);
  }

  @Test
  void forgetsWhatHasEnded() {
    filter.add("a", 10);
    filter.add("b", 11);

    filter.forgetUntil(10);
    assertThat(filter.mayContain("b")).isTrue();

    filter.forgetUntil(11);
    assertThat(filter.mayContain("a")).isFalse();
    assertThat(filter.mayContain("b")).isFalse();
  }

  @Test
  void saysOfAllThatTheyMayBeSavedWhileThereAreUnknownOnes() {
    filter.addUnknown(10);
    filter.addUnknown(5);

    filter.forgetUntil(9);
    assertThat(filter.mayContain("a")).isTrue();

    filter.forgetUntil(10);
    assertThat(filter.mayContain("a")).isFalse();
  }

  @Test
  void saysOfAllThatTheyMayBeSavedWhenThereAreMoreThanItHolds() {
    SavedIdFilter small = new SavedIdFilter(1 << 16);
    ids(0, 60_000).forEach(id -> small.add(id, 10));

    assertThat(ids(0, 60_000)).allMatch(small::mayContain);
    assertThat(small.mayContain("another")).isTrue();

    small.forgetUntil(10);
    assertThat(small.mayContain("another")).isFalse();
    small.add("a", 20);
    assertThat(small.mayContain("a")).isTrue();
    assertThat(small.mayContain("another")).isFalse();
  }

  @Test
  void goesOnForeverWhileIdsEnd() {
    for (int batch = 0; batch < 50; batch++) {
      int first = batch * 40_000;
      int end = batch;
      ids(first, first + 40_000).forEach(id -> filter.add(id, end));
      filter.forgetUntil(batch - 4);
      assertThat(ids(first, first + 40_000)).allMatch(filter::mayContain);
      assertThat(filter.mayContain("another")).isFalse();
    }
  }

  /** Ids as the producer makes them of a test's numbers. */
  private static Stream<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(number -> String.format("%032x", number));
  }
}
