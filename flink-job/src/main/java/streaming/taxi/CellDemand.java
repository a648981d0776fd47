package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;

/** The documents of the demand in a geohash cell. */
final class CellDemand extends AreaDemand<String> {
  static final String INDEX = "taxi-demand-cells";

  private static final long serialVersionUID = 1L;

  CellDemand(Duration length, int normalWindows) {
    super(INDEX, length, normalWindows);
  }

  @Override
  void write(String cell, JsonGenerator json) throws IOException {
    json.writeStringField("cell", cell);
    Geohash.centre(cell).writeTo(json);
  }
}
