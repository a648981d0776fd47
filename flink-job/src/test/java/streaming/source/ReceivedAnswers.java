package streaming.source;

import java.util.concurrent.LinkedBlockingQueue;

/** The answers and failures that a fetch has brought, in their order. */
final class ReceivedAnswers extends LinkedBlockingQueue<Object> implements ShardFetch.Receiver {
  private static final long serialVersionUID = 1L;

  @Override
  public void onAnswer(ShardFetch.Answer answer) {
    add(answer);
  }

  @Override
  public void onFailure(Exception failure) {
    add(failure);
  }
}
