import java.util.function.Consumer;

/** A way to send records. */
interface Sender extends AutoCloseable {
  /** The answer hears once whether the stream took the record. */
  void send(OutgoingRecord record, Consumer<Boolean> answer);

  /** Sends also what waits for company. */
  void flush();

  @Override
  void close();
}
