package streaming.settings;

import java.util.List;

/** The job was given properties it cannot run with; the message lists every problem, one a line. */
public final class InvalidPropertiesException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidPropertiesException(List<String> problems) {
    super("The job's properties are invalid:\n- " + String.join("\n- ", problems));
  }
}
