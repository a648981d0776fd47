package streaming.source;

import com.google.protobuf.CodedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import software.amazon.awssdk.utils.Md5Utils;

/**
 * De-aggregation of records of the Kinesis Producer Library: four bytes of mark, a protocol buffer
 * and its MD5 digest
 * (https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md).
 */
final class Aggregation {
  private static final byte[] MARK = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
  private static final int DIGEST_BYTES = 16;

  /** Tags: the number of a field and how it is encoded, 0 as an integer, 2 with a length. */
  private static final int PARTITION_KEY = 1 << 3 | 2;

  private static final int HASH_KEY = 2 << 3 | 2;
  private static final int RECORD = 3 << 3 | 2;

  private static final int KEY_OF_RECORD = 1 << 3;
  private static final int HASH_KEY_OF_RECORD = 2 << 3;
  private static final int DATA = 3 << 3 | 2;

  private static final int NONE = -1;

  private final List<String> partitionKeys = new ArrayList<>();
  private final List<String> hashKeys = new ArrayList<>();
  private final List<byte[]> records = new ArrayList<>();

  private Aggregation(CodedInputStream message) throws IOException {
    for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
      switch (tag) {
        case PARTITION_KEY:
          partitionKeys.add(message.readString());
          break;
        case HASH_KEY:
          hashKeys.add(message.readString());
          break;
        case RECORD:
          records.add(message.readByteArray());
          break;
        default:
          message.skipField(tag);
      }
    }
  }

  /**
   * Payloads of an aggregated record in their order, or null if the record is not aggregated. An
   * element is null if its key belongs to another shard, to which the library sends it again.
   */
  static List<byte[]> payloads(byte[] data, ShardSplit shard) {
    try {
      if (!isAggregated(data)) {
        return null;
      }
      int length = data.length - MARK.length - DIGEST_BYTES;
      Aggregation aggregation =
          new Aggregation(CodedInputStream.newInstance(data, MARK.length, length));
      List<byte[]> payloads = new ArrayList<>();
      for (byte[] record : aggregation.records) {
        payloads.add(aggregation.payload(CodedInputStream.newInstance(record), shard));
      }
      return payloads;
    } catch (IOException | RuntimeException otherFormat) {
      // Mark and digest are right, the content is not: a malformed record.
      return null;
    }
  }

  private static boolean isAggregated(byte[] data) throws IOException {
    int end = data.length - DIGEST_BYTES;
    if (end < MARK.length || !Arrays.equals(data, 0, MARK.length, MARK, 0, MARK.length)) {
      return false;
    }
    byte[] digest =
        Md5Utils.computeMD5Hash(new ByteArrayInputStream(data, MARK.length, end - MARK.length));
    return Arrays.equals(digest, 0, DIGEST_BYTES, data, end, data.length);
  }

  private byte[] payload(CodedInputStream record, ShardSplit shard) throws IOException {
    int key = NONE;
    int hashKey = NONE;
    byte[] payload = {};
    for (int tag = record.readTag(); tag != 0; tag = record.readTag()) {
      switch (tag) {
        case KEY_OF_RECORD:
          key = Math.toIntExact(record.readUInt64());
          break;
        case HASH_KEY_OF_RECORD:
          hashKey = Math.toIntExact(record.readUInt64());
          break;
        case DATA:
          payload = record.readByteArray();
          break;
        default:
          record.skipField(tag);
      }
    }
    BigInteger hash =
        hashKey == NONE
            ? new BigInteger(
                1, Md5Utils.computeMD5Hash(partitionKeys.get(key).getBytes(StandardCharsets.UTF_8)))
            : new BigInteger(hashKeys.get(hashKey));
    boolean isOfShard =
        hash.compareTo(shard.firstHashKey) >= 0 && hash.compareTo(shard.lastHashKey) <= 0;
    return isOfShard ? payload : null;
  }
}
