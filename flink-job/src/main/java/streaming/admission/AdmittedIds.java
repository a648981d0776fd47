package streaming.admission;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;

/**
 * The ids of the events that have been admitted, each until a time of its own. The key of the
 * operator is the id.
 *
 * <p>A timer for each id would cost more than the id itself. The ids of a key group that end at the
 * same time therefore share one, which is a key of that group's: wherever the group goes, its ids
 * and its timers go together. Releases to 0.1 had a timer for each id; it ends that id as ever.
 *
 * <p>The newest ids are on the heap, and in the state not before a checkpoint or when there are
 * many: while a backlog is read, most end before that. Of those that are in the state a {@link
 * SavedIdFilter} tells, so that the state of an id that is new is hardly ever read.
 */
final class AdmittedIds {
  /** How many ids may wait on the heap: a few megabytes. */
  static final int MAX_NEWEST = 16_384;

  /** Between two turns in which ids are forgotten. */
  static final long TURN_MILLISECONDS = 5;

  private final KeyedStateBackend<String> backend;
  private final InternalTimerService<VoidNamespace> timers;

  /** Whether the current key is an id that has been saved. */
  private final ValueState<Boolean> saved;

  /** The saved ids of a key group, by the time at which they end. */
  private final InternalListState<String, Long, String> ending;

  private final Set<String> newest = new HashSet<>();
  private final NavigableMap<Long, List<String>> newestByEnd = new TreeMap<>();

  private final SavedIdFilter savedFilter = new SavedIdFilter();

  /**
   * When the ids of a key group are forgotten. Those of all groups end at the same time; one after
   * the other lets records pass in between.
   */
  private final InternalTimerService<Long> turns;

  private long nextTurn;

  /** The number of key groups. */
  private final int groups;

  /** A key of each key group, as many as have been asked for. */
  private final Map<Integer, String> groupKeys = new HashMap<>();

  private int keysTried;

  /**
   * @param turns makes a timer service of the operator
   * @param groups the number of key groups
   */
  @SuppressWarnings("unchecked")
  AdmittedIds(
      KeyedStateBackend<String> backend,
      InternalTimerService<VoidNamespace> timers,
      Function<Triggerable<String, Long>, InternalTimerService<Long>> turns,
      int groups)
      throws Exception {
    this.groups = groups;
    this.backend = backend;
    this.timers = timers;
    saved =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            new ValueStateDescriptor<>("admitted", Types.BOOLEAN));
    ending =
        (InternalListState<String, Long, String>)
            backend.getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ListStateDescriptor<>("ending", Types.STRING));
    this.turns =
        turns.apply(
            new Triggerable<>() {
              @Override
              public void onEventTime(InternalTimer<String, Long> timer) {
                throw new IllegalStateException("turns are taken in processing time");
              }

              @Override
              public void onProcessingTime(InternalTimer<String, Long> timer) throws Exception {
                forget(timer.getNamespace());
              }
            });
    // Of what an earlier run has saved, the timers tell.
    timers.forEachEventTimeTimer((namespace, end) -> savedFilter.addUnknown(end));
  }

  /**
   * Remembers an id, the current key.
   *
   * @param end the watermark at which it is forgotten
   * @return false if it is known
   */
  boolean add(String id, long end) throws Exception {
    if (newest.contains(id) || savedFilter.mayContain(id) && saved.value() != null) {
      return false;
    }
    newest.add(id);
    newestByEnd.computeIfAbsent(end, time -> new ArrayList<>()).add(id);
    if (newest.size() > MAX_NEWEST) {
      save();
    }
    return true;
  }

  /** Forgets what ends by this watermark; what has been saved has timers for that. */
  void forgetUntil(long watermark) {
    Map<Long, List<String>> ended = newestByEnd.headMap(watermark, true);
    ended.values().forEach(ids -> ids.forEach(newest::remove));
    ended.clear();
    savedFilter.forgetUntil(watermark);
  }

  /** Moves the newest ids into the state. */
  void save() throws Exception {
    for (Map.Entry<Long, List<String>> entry : newestByEnd.entrySet()) {
      Map<String, List<String>> grouped = new HashMap<>();
      for (String id : entry.getValue()) {
        backend.setCurrentKey(id);
        saved.update(true);
        savedFilter.add(id, entry.getKey());
        grouped.computeIfAbsent(groupKeyOf(id), group -> new ArrayList<>()).add(id);
      }
      for (Map.Entry<String, List<String>> group : grouped.entrySet()) {
        backend.setCurrentKey(group.getKey());
        ending.setCurrentNamespace(entry.getKey());
        ending.addAll(group.getValue());
        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, entry.getKey());
      }
    }
    newest.clear();
    newestByEnd.clear();
  }

  /** Forgets the id that the current key is, and soon those of the key group it stands for. */
  void onTimer(long end) throws Exception {
    saved.clear();
    ending.setCurrentNamespace(end);
    if (ending.get() != null) {
      nextTurn = Math.max(turns.currentProcessingTime(), nextTurn) + TURN_MILLISECONDS;
      turns.registerProcessingTimeTimer(end, nextTurn);
    }
  }

  /** Forgets the ids of the key group that the current key stands for. */
  private void forget(long end) throws Exception {
    ending.setCurrentNamespace(end);
    Iterable<String> ids = ending.get();
    ending.clear();
    if (ids != null) {
      for (String id : ids) {
        backend.setCurrentKey(id);
        saved.clear();
      }
    }
  }

  private String groupKeyOf(String id) {
    int group = KeyGroupRangeAssignment.assignToKeyGroup(id, groups);
    while (!groupKeys.containsKey(group)) {
      String key = "group-" + keysTried;
      groupKeys.putIfAbsent(KeyGroupRangeAssignment.assignToKeyGroup(key, groups), key);
      keysTried++;
    }
    return groupKeys.get(group);
  }
}
