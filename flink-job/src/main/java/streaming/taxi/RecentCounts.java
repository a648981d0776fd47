package streaming.taxi;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;

/**
 * The counts of the recent windows of areas. A copy on the heap avoids most reads of the state;
 * every change goes to both.
 */
final class RecentCounts<K> {
  /** How many counts may be on the heap: about ten megabytes. What is used least goes first. */
  static final int MAX_COPIED = 100_000;

  private final MapState<Long, Long> state;
  private final Map<K, Map<Long, Long>> copies = new LinkedHashMap<>(16, 0.75f, true);
  private int copied;

  RecentCounts(MapState<Long, Long> state) {
    this.state = state;
  }

  /** Trips by start of the window of the area that is the current key; not to be changed. */
  Map<Long, Long> of(K area) throws Exception {
    Map<Long, Long> counts = copies.get(area);
    if (counts == null) {
      counts = new HashMap<>();
      for (Map.Entry<Long, Long> entry : state.entries()) {
        counts.put(entry.getKey(), entry.getValue());
      }
      copies.put(area, counts);
      copied += counts.size();
    }
    return counts;
  }

  /** Changes a count of the area that is the current key. */
  void put(K area, long start, long trips) throws Exception {
    if (of(area).put(start, trips) == null) {
      copied++;
    }
    state.put(start, trips);
    while (copied > MAX_COPIED && copies.size() > 1) {
      K eldest = copies.keySet().iterator().next();
      copied -= copies.remove(eldest).size();
    }
  }

  /** Removes the counts of windows that start before a time. */
  void removeBefore(K area, long time) throws Exception {
    Map<Long, Long> counts = of(area);
    for (Long start : counts.keySet().toArray(Long[]::new)) {
      if (start < time) {
        counts.remove(start);
        state.remove(start);
        copied--;
      }
    }
    if (counts.isEmpty()) {
      copies.remove(area);
    }
  }
}
