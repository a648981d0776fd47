package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import streaming.window.WindowDocuments;

/** The documents of the demand in a geohash cell. */
final class CellDemand extends WindowDocuments<Long, String> {
  static final String INDEX = "taxi-demand-cells";

  private static final long serialVersionUID = 1L;

  CellDemand() {
    super(INDEX);
  }

  @Override
  protected void write(String cell, Long trips, JsonGenerator json) throws IOException {
    json.writeStringField("cell", cell);
    Geohash.centre(cell).writeTo(json);
    json.writeNumberField("trips", trips);
  }
}
