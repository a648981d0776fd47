package streaming.source;

import java.io.IOException;

/** A payload that is no event; the message says what is wrong with it. */
public final class MalformedEventException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedEventException(String message) {
    super(message);
  }
}
