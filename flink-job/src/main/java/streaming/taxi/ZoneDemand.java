package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;

/** The documents of the demand in a taxi zone. */
final class ZoneDemand extends AreaDemand<Integer> {
  static final String INDEX = "taxi-demand-zones";

  private static final long serialVersionUID = 1L;

  private transient ZoneTable zones;

  ZoneDemand(Duration length, int normalWindows) {
    super(INDEX, length, normalWindows);
  }

  @Override
  public void open(OpenContext context) throws Exception {
    super.open(context);
    zones = ZoneTable.load();
  }

  @Override
  void write(String zone, JsonGenerator json) throws IOException {
    zones.find(Integer.parseInt(zone)).writeTo(json);
  }
}
