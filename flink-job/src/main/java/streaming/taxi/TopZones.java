package streaming.taxi;

import java.time.Duration;
import java.util.Comparator;
import org.apache.flink.api.common.functions.OpenContext;

/** The ranking of the taxi zones. */
final class TopZones extends TopAreas {
  private static final long serialVersionUID = 1L;

  private transient ZoneTable zones;

  TopZones(Duration length, int size, Duration interval) {
    super("zones", length, size, interval);
  }

  @Override
  public void open(OpenContext context) throws Exception {
    super.open(context);
    zones = ZoneTable.load();
  }

  @Override
  Comparator<String> order() {
    return Comparator.comparingInt(Integer::parseInt);
  }

  @Override
  String nameOf(String zone) {
    return zones.find(Integer.parseInt(zone)).name;
  }
}
