package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import streaming.window.WindowDocuments;

/** The documents of the demand in a taxi zone. */
final class ZoneDemand extends WindowDocuments<Long, Integer> {
  static final String INDEX = "taxi-demand-zones";

  private static final long serialVersionUID = 1L;

  private transient ZoneTable zones;

  ZoneDemand() {
    super(INDEX);
  }

  @Override
  public void open(OpenContext context) throws Exception {
    super.open(context);
    zones = ZoneTable.load();
  }

  @Override
  protected void write(Integer zoneId, Long trips, JsonGenerator json) throws IOException {
    Zone zone = zones.find(zoneId);
    json.writeNumberField("zone", zone.id);
    json.writeStringField("zoneName", zone.name);
    json.writeStringField("borough", zone.borough);
    zone.location.writeTo(json);
    json.writeNumberField("trips", trips);
  }
}
