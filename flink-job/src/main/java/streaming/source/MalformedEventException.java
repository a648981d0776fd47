package streaming.source;

/** A payload that is no event; the message says what is wrong with it. */
public final class MalformedEventException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedEventException(String message) {
    super(message);
  }
}
