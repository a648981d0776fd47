package streaming.taxi;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import streaming.window.WindowSum;

/**
 * The durations of the trips of a window. They are counted by length: what is kept grows with the
 * different lengths, of which a window has a few thousand at most, not with the trips.
 */
public class Durations {
  public long trips;

  /** The sum of the durations, in seconds. */
  public long seconds;

  /** The different durations in seconds, ascending. */
  public long[] lengths = {};

  /** How many trips had the length at the same place. */
  public long[] counts = {};

  double averageSeconds() {
    return (double) seconds / trips;
  }

  /**
   * Whether the length of every trip is known. It is not in a window that an earlier release, which
   * kept the sum alone, began to count.
   */
  boolean hasLengths() {
    return counts != null && Arrays.stream(counts).sum() == trips;
  }

  /**
   * A percentile by nearest rank: the smallest duration that at least this share of the trips does
   * not exceed.
   */
  long percentileSeconds(int percent) {
    long left = (percent * trips + 99) / 100;
    int place = -1;
    while (left > 0) {
      place++;
      left -= counts[place];
    }
    return lengths[place];
  }

  /** Writes the document of the trips to an airport. */
  static void writeAirport(String airport, Durations durations, JsonGenerator json)
      throws IOException {
    json.writeStringField("airport", airport);
    durations.writeTo(json);
  }

  /** The key of trips with an airport and a zone. */
  static String originOf(TripGroup group) {
    return group.airport + "-" + group.zone;
  }

  /** Writes the document of the trips to an airport from one zone. */
  static void writeOrigin(String key, Durations durations, JsonGenerator json) throws IOException {
    String[] airportAndZone = key.split("-");
    json.writeStringField("airport", airportAndZone[0]);
    Zone.find(Integer.parseInt(airportAndZone[1])).writeTo(json);
    durations.writeTo(json);
  }

  void writeTo(JsonGenerator json) throws IOException {
    json.writeNumberField("trips", trips);
    json.writeNumberField("averageSeconds", averageSeconds());
    if (hasLengths()) {
      json.writeNumberField("p50Seconds", percentileSeconds(50));
      json.writeNumberField("p95Seconds", percentileSeconds(95));
    }
  }

  private void add(long length) {
    int place = Arrays.binarySearch(lengths, length);
    if (place < 0) {
      place = -place - 1;
      lengths = withGap(lengths, place);
      counts = withGap(counts, place);
      lengths[place] = length;
    }
    counts[place]++;
    trips++;
    seconds += length;
  }

  private static long[] withGap(long[] values, int place) {
    long[] wider = Arrays.copyOf(values, values.length + 1);
    System.arraycopy(values, place, wider, place + 1, values.length - place);
    wider[place] = 0;
    return wider;
  }

  static final class Sum implements WindowSum<TripGroup, Durations> {
    private static final long serialVersionUID = 1L;

    @Override
    public Durations createAccumulator() {
      return new Durations();
    }

    @Override
    public Durations add(TripGroup group, Durations durations) {
      if (durations.lengths == null) {
        // Flink leaves out what the state of an earlier release does not have.
        durations.lengths = new long[0];
        durations.counts = new long[0];
      }
      for (long duration : group.durations) {
        durations.add(duration);
      }
      return durations;
    }
  }
}
