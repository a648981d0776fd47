/** A way to send records. */
interface Sender extends AutoCloseable {
  /** Hears once, for each record, whether the stream took it. */
  interface Answer {
    void taken(boolean taken);
  }

  void send(OutgoingRecord record, Answer answer);

  /** Sends also what waits for company. */
  void flush();

  @Override
  void close();
}
