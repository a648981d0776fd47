package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Payloads that are nearly events: each is either read as a valid event or malformed. */
public final class PayloadFuzz {
  private static final int ROUNDS = 30_000;

  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          "\"",
          "\\u",
          "\\",
          "null",
          "true",
          "-",
          "0",
          "00",
          "-0",
          "1e999999999",
          "1e-999999999",
          "1E400",
          "0.5",
          "NaN",
          "9223372036854775808",
          "\0",
          "\n",
          "\u00e9",
          "9999-12-31T23:59:59Z",
          "{\"id\":1}");

  private PayloadFuzz() {}

  /**
   * Changes a payload in many ways, the same ones in each run.
   *
   * @param check must hold for every event that is read
   */
  public static <E> void check(EventReader<E> parser, String payload, Consumer<E> check) {
    Random random = new Random(1);
    int read = 0;
    int malformed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
      for (int change = random.nextInt(3); change >= 0; change--) {
        bytes = changed(bytes, random);
      }
      try {
        check.accept(parser.parse(bytes));
        read++;
      } catch (MalformedEventException expected) {
        assertThat(expected).hasMessageMatching("(?s).+");
        malformed++;
      }
    }
    assertThat(read).isPositive();
    assertThat(malformed).isGreaterThan(ROUNDS / 2);
  }

  private static byte[] changed(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(12));
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(bytes, 0, from);
    switch (random.nextInt(4)) {
      case 0:
        changed.write(random.nextInt(256));
        break;
      case 1:
        changed.writeBytes(
            TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8));
        to = random.nextBoolean() ? from : to;
        break;
      case 2:
        changed.write(bytes, from, to - from);
        to = from;
        break;
      default:
        // Leaves a part out.
    }
    changed.write(bytes, to, bytes.length - to);
    return changed.toByteArray();
  }
}
