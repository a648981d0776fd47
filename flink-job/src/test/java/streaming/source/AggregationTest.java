package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AggregationTest {
  private static final BigInteger HALF = BigInteger.ONE.shiftLeft(127);
  private static final ShardSplit LOWER = shard(BigInteger.ZERO, HALF.subtract(BigInteger.ONE));
  private static final ShardSplit UPPER = shard(HALF, HALF.shiftLeft(1));

  @Test
  void takesARecordApartInOrder() throws Exception {
    // The MD5 digest of this key lies in the lower half.
    byte[] record = AggregatedRecord.of("a", bytes("first"), bytes(""), bytes("third"));

    assertThat(Aggregation.payloads(record, LOWER))
        .containsExactly(bytes("first"), bytes(""), bytes("third"));
  }

  @Test
  void leavesOutWhatBelongsToAnotherShardButKeepsItsPlace() throws Exception {
    assertThat(Aggregation.payloads(AggregatedRecord.of("a", bytes("first")), UPPER))
        .containsExactly((byte[]) null);
  }

  @Test
  void aRecordOfAnyOtherFormIsNotAggregated() throws Exception {
    byte[] record = AggregatedRecord.of("a", bytes("first"));
    byte[] damaged = record.clone();
    damaged[record.length - 1]++;

    assertThat(Aggregation.payloads(damaged, LOWER)).isNull();
    assertThat(Aggregation.payloads(Arrays.copyOf(record, 4), LOWER)).isNull();
    assertThat(Aggregation.payloads(bytes("{}"), LOWER)).isNull();
    assertThat(Aggregation.payloads(new byte[0], LOWER)).isNull();
  }

  @Test
  void noMessageWithARightDigestBreaksTheJob() throws Exception {
    Random random = new Random(1);
    byte[] record = AggregatedRecord.of("a", bytes("first"), bytes("second"));
    int end = record.length - 16;
    for (int round = 0; round < 20_000; round++) {
      byte[] message = Arrays.copyOfRange(record, 4, 4 + random.nextInt(end - 3));
      for (int change = random.nextInt(4); change > 0 && message.length > 0; change--) {
        message[random.nextInt(message.length)] = (byte) random.nextInt(256);
      }
      byte[] fuzzed = Arrays.copyOf(record, 4 + message.length + 16);
      System.arraycopy(message, 0, fuzzed, 4, message.length);
      byte[] digest = MessageDigest.getInstance("MD5").digest(message);
      System.arraycopy(digest, 0, fuzzed, 4 + message.length, digest.length);

      assertThatCode(() -> Aggregation.payloads(fuzzed, LOWER)).doesNotThrowAnyException();
    }
  }

  private static ShardSplit shard(BigInteger first, BigInteger last) {
    return new ShardSplit(
        "shardId-000000000000", first, last, ShardPosition.from(0), SourceRecord.NO_EVENT_TIME);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
