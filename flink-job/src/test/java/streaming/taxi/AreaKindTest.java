package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AreaKindTest {
  @Test
  void writesTheCentreOfACell() throws Exception {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      AreaKind.CELLS.write("ezs42", json);
      json.writeEndObject();
    }

    Map<String, Object> written = JSON.std.mapFrom(text.toString());
    Map<?, ?> location = (Map<?, ?>) written.get("location");
    assertThat(written.get("cell")).isEqualTo("ezs42");
    assertThat((Double) location.get("lat")).isCloseTo(42.605, within(0.0005));
    assertThat((Double) location.get("lon")).isCloseTo(-5.603, within(0.0005));
  }
}
