package streaming.source;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes apart the records that the Kinesis Producer Library has aggregated: four bytes of mark, a
 * protocol buffer and its MD5 digest
 * (https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md).
 */
final class Aggregation {
  private static final byte[] MARK = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
  private static final int DIGEST_BYTES = 16;

  private static final int PARTITION_KEY = 1;
  private static final int HASH_KEY = 2;
  private static final int RECORD = 3;

  private static final int KEY_OF_RECORD = 1;
  private static final int HASH_KEY_OF_RECORD = 2;
  private static final int DATA = 3;

  private static final int NONE = -1;

  private final List<String> partitionKeys = new ArrayList<>();
  private final List<String> hashKeys = new ArrayList<>();
  private final List<ByteBuffer> records = new ArrayList<>();

  private Aggregation(ByteBuffer message) {
    while (message.hasRemaining()) {
      long tag = varint(message);
      if (tag == (PARTITION_KEY << 3 | 2)) {
        partitionKeys.add(text(message));
      } else if (tag == (HASH_KEY << 3 | 2)) {
        hashKeys.add(text(message));
      } else if (tag == (RECORD << 3 | 2)) {
        records.add(bytes(message));
      } else {
        skip(tag, message);
      }
    }
  }

  /**
   * The payloads of a record that belong to a shard, each at its place; null stands for one whose
   * key is another shard's, which the library puts there again. A record that is not aggregated
   * gives null in place of the list.
   */
  static List<byte[]> payloads(byte[] data, ShardSplit shard) {
    if (!isAggregated(data)) {
      return null;
    }
    try {
      int length = data.length - MARK.length - DIGEST_BYTES;
      Aggregation aggregation = new Aggregation(ByteBuffer.wrap(data, MARK.length, length));
      List<byte[]> payloads = new ArrayList<>();
      for (ByteBuffer record : aggregation.records) {
        payloads.add(aggregation.payload(record, shard));
      }
      return payloads;
    } catch (RuntimeException otherFormat) {
      // Mark and digest are right, the rest is not what the library writes: a malformed record.
      return null;
    }
  }

  private static boolean isAggregated(byte[] data) {
    if (data.length < MARK.length + DIGEST_BYTES
        || !Arrays.equals(data, 0, MARK.length, MARK, 0, MARK.length)) {
      return false;
    }
    int end = data.length - DIGEST_BYTES;
    MessageDigest digest = md5();
    digest.update(data, MARK.length, end - MARK.length);
    return Arrays.equals(digest.digest(), Arrays.copyOfRange(data, end, data.length));
  }

  private byte[] payload(ByteBuffer record, ShardSplit shard) {
    int key = NONE;
    int hashKey = NONE;
    ByteBuffer data = ByteBuffer.allocate(0);
    while (record.hasRemaining()) {
      long tag = varint(record);
      if (tag == KEY_OF_RECORD << 3) {
        key = Math.toIntExact(varint(record));
      } else if (tag == HASH_KEY_OF_RECORD << 3) {
        hashKey = Math.toIntExact(varint(record));
      } else if (tag == (DATA << 3 | 2)) {
        data = bytes(record);
      } else {
        skip(tag, record);
      }
    }
    BigInteger hash =
        hashKey == NONE
            ? new BigInteger(
                1, md5().digest(partitionKeys.get(key).getBytes(StandardCharsets.UTF_8)))
            : new BigInteger(hashKeys.get(hashKey));
    if (hash.compareTo(shard.firstHashKey) < 0 || hash.compareTo(shard.lastHashKey) > 0) {
      return null;
    }
    byte[] payload = new byte[data.remaining()];
    data.get(payload);
    return payload;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }

  private static ByteBuffer bytes(ByteBuffer in) {
    int length = Math.toIntExact(varint(in));
    ByteBuffer bytes = in.slice();
    bytes.limit(length);
    in.position(in.position() + length);
    return bytes;
  }

  private static String text(ByteBuffer in) {
    return StandardCharsets.UTF_8.decode(bytes(in)).toString();
  }

  private static void skip(long tag, ByteBuffer in) {
    switch ((int) (tag & 7)) {
      case 0:
        varint(in);
        break;
      case 1:
        in.position(in.position() + Long.BYTES);
        break;
      case 2:
        bytes(in);
        break;
      case 5:
        in.position(in.position() + Integer.BYTES);
        break;
      default:
        throw new IllegalArgumentException("no field of a protocol buffer has the tag " + tag);
    }
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
