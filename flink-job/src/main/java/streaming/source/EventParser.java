package streaming.source;

import java.io.Serializable;

/**
 * Reads the events of a workload from the payloads of the stream.
 *
 * @param <E> the type of the event, a class that Flink serialises as a POJO
 */
public interface EventParser<E> extends Serializable {
  /**
   * Reads one payload.
   *
   * @throws MalformedEventException if it is not an event
   */
  E parse(byte[] payload) throws MalformedEventException;

  /** The event time in milliseconds since the epoch. */
  long eventTime(E event);

  Class<E> eventType();
}
