package streaming.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.runtime.operators.util.BloomFilter;
import org.apache.flink.util.MathUtils;

/**
 * Bloom filters on the heap for the ids in the state. Nearly all ids are new, and reading the state
 * for each would double the cost of an event.
 *
 * <p>When a filter is full, the next takes as many ids as all before. A filter is removed when the
 * last of its ids ends.
 */
final class SavedIdFilter {
  /** Memory of all filters, in bytes: enough for about ten million ids. */
  private static final int MAX_BYTES = 16 << 20;

  private static final int LEAST_BYTES = 1 << 16;

  /** About one of a hundred ids is then wrongly taken for one that may be saved. */
  private static final int BITS_PER_ID = 10;

  private static final long NEVER = Long.MIN_VALUE;

  private final int maxBytes;
  private final Deque<Filter> filters = new ArrayDeque<>();

  /** When the last id ends that is saved and in no filter. */
  private long unknownUntil = NEVER;

  SavedIdFilter() {
    this(MAX_BYTES);
  }

  SavedIdFilter(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Takes note of an id that is saved.
   *
   * @param end the watermark at which it is forgotten
   */
  void add(String id, long end) {
    if (filters.isEmpty() || filters.getFirst().left == 0) {
      int present = filters.stream().mapToInt(filter -> filter.bytes).sum();
      int next = Math.max(LEAST_BYTES, present);
      if (present + next > maxBytes) {
        addUnknown(end);
        return;
      }
      filters.addFirst(new Filter(next));
    }
    filters.getFirst().add(hash(id), end);
  }

  /** Takes note that ids are saved of which no more is known than when the last of them ends. */
  void addUnknown(long end) {
    unknownUntil = Math.max(unknownUntil, end);
  }

  /** False if the id is certainly not saved; always true while more ids are saved than fit. */
  boolean mayContain(String id) {
    if (unknownUntil != NEVER) {
      return true;
    }
    int hash = hash(id);
    for (Filter filter : filters) {
      if (filter.ids.testHash(hash)) {
        return true;
      }
    }
    return false;
  }

  /** Forgets the ids that end by this watermark. */
  void forgetUntil(long watermark) {
    filters.removeIf(filter -> filter.end <= watermark);
    if (unknownUntil <= watermark) {
      unknownUntil = NEVER;
    }
  }

  private static int hash(String id) {
    // Hash codes of consecutive numbers differ in few bits.
    return MathUtils.murmurHash(id.hashCode());
  }

  private static final class Filter {
    final BloomFilter ids;
    final int bytes;

    /** How many more ids it takes. */
    int left;

    /** When the last of its ids ends. */
    long end = NEVER;

    Filter(int bytes) {
      this.bytes = bytes;
      left = bytes * Byte.SIZE / BITS_PER_ID;
      ids = new BloomFilter(left, bytes);
      ids.setBitsLocation(MemorySegmentFactory.wrap(new byte[bytes]), 0);
    }

    void add(int hash, long idEnd) {
      ids.addHash(hash);
      left--;
      end = Math.max(end, idEnd);
    }
  }
}
