package streaming.admission;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
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
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;

/**
 * Ids of admitted events, each until a time of its own. The key of the operator is the id.
 *
 * <p>A timer per id would cost more than the id itself. The ids of a key group that end at the same
 * time are therefore kept in lists of bounded length with a timer each, under a key of the group:
 * lists and timers go wherever the group goes. Releases to 0.1 had a timer per id, which still
 * works.
 *
 * <p>The newest ids are on the heap until a checkpoint, or until there are many: while a backlog is
 * read, most end before that. A {@link SavedIdFilter} avoids reading the state for new ids.
 */
final class AdmittedIds implements Triggerable<String, Long> {
  /** How many ids may wait on the heap: a few megabytes. */
  static final int MAX_NEWEST = 16_384;

  /** Ids of a list, which are forgotten in one turn of about five milliseconds. */
  static final int MAX_LISTED = 2_000;

  /** Lists of a key group that end at the same time; windows end at whole seconds. */
  private static final int MAX_LISTS = 1_000;

  /** Between two turns in which ids are forgotten. */
  static final long TURN_MILLISECONDS = 5;

  private final KeyedStateBackend<String> backend;

  /** Whether the current key is an id that has been saved. */
  private final ValueState<Boolean> saved;

  /** Lists of saved ids; the number of a list is the time at which it ends and a place after it. */
  private final InternalListState<String, Long, String> ending;

  /** Number of saved ids by the time at which they end and the key of their group. */
  private final NavigableMap<Long, Map<String, Integer>> listed = new TreeMap<>();

  private final Set<String> newest = new HashSet<>();
  private final NavigableMap<Long, List<String>> newestByEnd = new TreeMap<>();

  private final SavedIdFilter savedFilter = new SavedIdFilter();

  /** Timers of lists: the time at which one ends, and then a turn, between which records pass. */
  private final InternalTimerService<Long> turns;

  private long nextTurn;

  /** The number of key groups. */
  private final int groups;

  /** A key of each key group that has been needed. */
  private final Map<Integer, String> groupKeys = new HashMap<>();

  private int keysTried;

  @SuppressWarnings("unchecked")
  AdmittedIds(AbstractStreamOperator<?> operator, InternalTimerService<VoidNamespace> timers)
      throws Exception {
    groups = operator.getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
    backend = operator.getKeyedStateBackend();
    saved =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            new ValueStateDescriptor<>("admitted", Types.BOOLEAN));
    ending =
        (InternalListState<String, Long, String>)
            backend.getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ListStateDescriptor<>("ending", Types.STRING));
    turns = operator.getInternalTimerService("forgetting", LongSerializer.INSTANCE, this);
    // Of what an earlier run has saved, the timers tell.
    timers.forEachEventTimeTimer((namespace, end) -> savedFilter.addUnknown(end));
    turns.forEachEventTimeTimer((list, end) -> savedFilter.addUnknown(end));
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
    listed.headMap(watermark, true).clear();
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
      long end = entry.getKey();
      Map<String, Integer> counts = listed.computeIfAbsent(end, time -> new HashMap<>());
      for (Map.Entry<String, List<String>> group : grouped.entrySet()) {
        int ids = group.getValue().size();
        int before = counts.merge(group.getKey(), ids, Integer::sum) - ids;
        long list = end + Math.min(before / MAX_LISTED, MAX_LISTS - 1);
        backend.setCurrentKey(group.getKey());
        ending.setCurrentNamespace(list);
        ending.addAll(group.getValue());
        turns.registerEventTimeTimer(list, end);
      }
    }
    newest.clear();
    newestByEnd.clear();
  }

  /** Forgets the current key, an id with a timer of its own. */
  void onTimer() {
    saved.clear();
  }

  /** A list has ended, and takes its turn. */
  @Override
  public void onEventTime(InternalTimer<String, Long> list) {
    nextTurn = Math.max(turns.currentProcessingTime(), nextTurn) + TURN_MILLISECONDS;
    turns.registerProcessingTimeTimer(list.getNamespace(), nextTurn);
  }

  /** Forgets the ids of a list of the current key. */
  @Override
  public void onProcessingTime(InternalTimer<String, Long> list) throws Exception {
    ending.setCurrentNamespace(list.getNamespace());
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
