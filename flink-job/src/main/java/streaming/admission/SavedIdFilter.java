package streaming.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.runtime.operators.util.BloomFilter;
import org.apache.flink.util.MathUtils;

/**
 * Tells, from the heap, of most ids that they are not in the state: nearly all ids are new, and
 * reading the state for each would take as long as everything else that is done with it.
 *
 * <p>Bloom filters, a chain for each time at which ids end: the filters of a chain become larger,
 * as nobody knows how many ids will end with them.
 */
final class SavedIdFilter {
  /** Memory of all filters, in bytes: enough for about ten million ids. */
  private static final int MAX_BYTES = 16 << 20;

  private static final int FIRST_BYTES = 1 << 16;
  private static final int GROWTH = 4;

  /** About one of a hundred ids is then wrongly taken for one that may be saved. */
  private static final int BITS_PER_ID = 10;

  private final int maxBytes;
  private final NavigableMap<Long, Chain> chains = new TreeMap<>();
  private int bytes;

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
    chains.computeIfAbsent(end, time -> new Chain()).add(hash(id));
  }

  /**
   * False if the id is not saved for sure; always true where there are more than the filters hold.
   */
  boolean mayContain(String id) {
    int hash = hash(id);
    for (Chain chain : chains.values()) {
      if (chain.mayContain(hash)) {
        return true;
      }
    }
    return false;
  }

  /** Forgets the ids that end by this watermark. */
  void forgetUntil(long watermark) {
    NavigableMap<Long, Chain> ended = chains.headMap(watermark, true);
    ended.values().forEach(chain -> bytes -= chain.size);
    ended.clear();
  }

  private static int hash(String id) {
    // The filter needs all bits to differ, and hash codes of numbers in sequence hardly do.
    return MathUtils.murmurHash(id.hashCode());
  }

  private final class Chain {
    /** The newest filter, which holds the most, comes first. */
    private final Deque<BloomFilter> filters = new ArrayDeque<>();

    /** Bytes of the newest filter, and of all. */
    private int newest = FIRST_BYTES / GROWTH;

    private int size;

    /** How many more ids the newest one takes. */
    private int left;

    private boolean full;

    void add(int hash) {
      if (left == 0 && !full) {
        grow();
      }
      if (!full) {
        filters.getFirst().addHash(hash);
        left--;
      }
    }

    private void grow() {
      int next = GROWTH * newest;
      full = bytes + next > maxBytes;
      if (!full) {
        newest = next;
        left = next * Byte.SIZE / BITS_PER_ID;
        BloomFilter filter = new BloomFilter(left, next);
        filter.setBitsLocation(MemorySegmentFactory.wrap(new byte[next]), 0);
        filters.addFirst(filter);
        size += next;
        bytes += next;
      }
    }

    boolean mayContain(int hash) {
      if (full) {
        return true;
      }
      for (BloomFilter filter : filters) {
        if (filter.testHash(hash)) {
          return true;
        }
      }
      return false;
    }
  }
}
