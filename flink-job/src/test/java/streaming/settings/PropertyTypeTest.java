package streaming.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PropertyTypeTest {
  @Test
  void aPatternIsForTheWholeValueItsLastLineBreakToo() {
    PropertyType type =
        new PropertyType("source.region", Map.of("type", "string", "pattern", "^[a-z]+$"));

    assertThat(type.problemOf("here")).isNull();
    assertThat(type.problemOf("here\n")).contains("it must match ^[a-z]+$");
  }

  @Test
  void refusesAContractWithAConstraintThatItCannotCheck() {
    assertThatThrownBy(
            () -> new PropertyType("demand.areas", Map.of("type", "integer", "multipleOf", 5)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the job cannot check demand.areas");
  }

  @Test
  void refusesAContractWithATypeThatItDoesNotKnow() {
    assertThatThrownBy(() -> new PropertyType("demand.areas", Map.of("type", "array")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the job cannot check demand.areas");
  }
}
