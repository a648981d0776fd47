package streaming.batch;

import org.apache.flink.api.common.functions.Partitioner;
import streaming.document.Document;

/**
 * Gives the documents of an index to few subtasks, and those of an id always to the same one, in
 * order. A request with live results refreshes the indices that it writes to: if every subtask
 * wrote to every index, each index would be refreshed as often as all of them write.
 */
public final class IndexPartitioner implements Partitioner<Document> {
  private static final long serialVersionUID = 1L;

  /** Every so many subtasks one of them writes to an index. */
  private static final int SUBTASKS_PER_SHARE = 4;

  /** Spreads hash codes of names that differ little (the golden ratio of 32 bits). */
  private static final int SPREAD = 0x9E3779B9;

  /** The subtasks that share the documents of an index. */
  static int shares(int subtasks) {
    return Math.max(1, subtasks / SUBTASKS_PER_SHARE);
  }

  @Override
  public int partition(Document document, int subtasks) {
    int first = (document.index.hashCode() * SPREAD) >>> Short.SIZE;
    int share = Math.floorMod(document.id.hashCode(), shares(subtasks));
    return (first + share * SUBTASKS_PER_SHARE) % subtasks;
  }
}
