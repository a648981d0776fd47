package streaming.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.runtime.operators.util.BloomFilter;
import org.apache.flink.util.MathUtils;

/**
 * Tells, from the heap, of most ids that they are not in the state: nearly all ids are new, and
 * reading the state for each would take as long as everything else that is done with it.
 *
 * <p>Bloom filters, one after the other: when one is full, the next takes as many ids as all that
 * are there. A filter goes when the last of its ids ends, so that there are never many.
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

  /**
   * False if the id is not saved for sure; always true while there are more than there is room for.
   */
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
    // The filter needs all bits to differ, and hash codes of numbers in sequence hardly do.
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
