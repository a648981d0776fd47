package streaming.source;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A record as the Kinesis Producer Library aggregates them: a mark, a protocol buffer of partition
 * keys and records, and its MD5 digest
 * (https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md).
 */
public final class AggregatedRecord {
  private static final byte[] MARK = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
  private static final int PARTITION_KEY_TABLE = 1;
  private static final int RECORDS = 3;
  private static final int PARTITION_KEY_INDEX = 1;
  private static final int DATA = 3;

  private AggregatedRecord() {}

  /**
   * Aggregates payloads.
   *
   * @param partitionKey of all of them; it must belong to the shard
   */
  public static byte[] of(String partitionKey, byte[]... payloads) throws Exception {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    field(message, PARTITION_KEY_TABLE, partitionKey.getBytes(StandardCharsets.UTF_8));
    for (byte[] payload : payloads) {
      ByteArrayOutputStream record = new ByteArrayOutputStream();
      record.write(PARTITION_KEY_INDEX << 3);
      record.write(0);
      field(record, DATA, payload);
      field(message, RECORDS, record.toByteArray());
    }
    ByteArrayOutputStream aggregated = new ByteArrayOutputStream();
    aggregated.writeBytes(MARK);
    aggregated.writeBytes(message.toByteArray());
    aggregated.writeBytes(MessageDigest.getInstance("MD5").digest(message.toByteArray()));
    return aggregated.toByteArray();
  }

  /** A field of a length and bytes. */
  private static void field(ByteArrayOutputStream out, int number, byte[] bytes) {
    out.write(number << 3 | 2);
    int length = bytes.length;
    while (length > 0x7f) {
      out.write(length & 0x7f | 0x80);
      length >>>= 7;
    }
    out.write(length);
    out.writeBytes(bytes);
  }
}
