package streaming.window;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Adds the elements of a window to an accumulator, which is the result. */
public interface WindowSum<T, A> extends AggregateFunction<T, A, A> {
  @Override
  default A getResult(A sum) {
    return sum;
  }

  @Override
  default A merge(A left, A right) {
    throw new UnsupportedOperationException("only session windows merge");
  }
}
