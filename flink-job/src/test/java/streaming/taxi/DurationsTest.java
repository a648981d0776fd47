package streaming.taxi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DurationsTest {
  private final Durations.Sum sum = new Durations.Sum();

  @Test
  void agreesWithTheSortedListOfAllDurations() {
    Random random = new Random(7);
    for (int sample = 0; sample < 500; sample++) {
      long[] seconds = random.longs(1 + random.nextInt(60), -50, 200).toArray();
      Durations durations = of(seconds);
      Arrays.sort(seconds);

      assertThat(durations.trips).isEqualTo(seconds.length);
      assertThat(durations.averageSeconds())
          .isEqualTo((double) Arrays.stream(seconds).sum() / seconds.length);
      for (int percent : new int[] {1, 50, 95, 100}) {
        int rank = (int) Math.ceil(seconds.length * percent / 100.0);
        assertThat(durations.percentileSeconds(percent)).isEqualTo(seconds[rank - 1]);
      }
    }
  }

  @Test
  void keepsAsMuchAsThereAreDifferentLengths() {
    assertThat(of(new Random(1).longs(10_000, 0, 100).toArray()).lengths).hasSize(100);
  }

  @Test
  void givesNoPercentilesWhereLengthsAreUnknown() throws Exception {
    Durations durations = new Durations();
    durations.trips = 2;
    durations.seconds = 30;
    durations.lengths = null;
    durations.counts = null;
    assertThat(write(durations)).isEqualTo("{\"trips\":2,\"averageSeconds\":15.0}");

    TripGroup group = new TripGroup();
    group.durations = new long[] {60};
    assertThat(write(sum.add(group, durations))).isEqualTo("{\"trips\":3,\"averageSeconds\":30.0}");
  }

  private Durations of(long... seconds) {
    TripGroup group = new TripGroup();
    group.durations = seconds;
    return sum.add(group, sum.createAccumulator());
  }

  private static String write(Durations durations) throws Exception {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      durations.writeTo(json);
      json.writeEndObject();
    }
    return text.toString();
  }
}
