package streaming.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the events of a workload from the payloads of the stream: JSON, token by token, without
 * reflection.
 */
public abstract class EventReader<E> implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final JsonFactory JSON = new JsonFactory();

  private static final int ID_LENGTH = 32;

  /** The required fields; one that has been read is marked in a bit set at its position. */
  private final ArrayList<String> required;

  protected EventReader(List<String> required) {
    this.required = new ArrayList<>(required);
  }

  /** The event time in milliseconds since the epoch. */
  public abstract long eventTime(E event);

  public abstract Class<E> eventType();

  protected abstract E create();

  /** Reads the value of a field, the current token, into the event. */
  protected abstract void read(String field, JsonParser json, E event)
      throws IOException, MalformedEventException;

  /**
   * Reads one payload.
   *
   * @throws MalformedEventException if it is not an event
   */
  public final E parse(byte[] payload) throws MalformedEventException {
    try (JsonParser json = JSON.createParser(payload)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("the payload is not a JSON object");
      }
      E event = create();
      int seen = 0;
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        read(field, json, event);
        seen |= bit(field);
      }
      if (seen != (1 << required.size()) - 1) {
        throw new MalformedEventException(missing(seen) + " is missing");
      }
      if (json.nextToken() != null) {
        throw new MalformedEventException("the payload goes on after the JSON object");
      }
      return event;
    } catch (JsonProcessingException invalid) {
      throw new MalformedEventException("the payload is not JSON: " + invalid.getOriginalMessage());
    } catch (IOException invalid) {
      throw new MalformedEventException("the payload is not JSON: " + invalid.getMessage());
    }
  }

  /** A string that matches a pattern as a whole. */
  protected static String text(String field, JsonParser json, Pattern pattern)
      throws IOException, MalformedEventException {
    String value = json.getText();
    if (json.currentToken() != JsonToken.VALUE_STRING || !pattern.matcher(value).matches()) {
      throw invalid(field, value, "a string that matches " + pattern);
    }
    return value;
  }

  /** An id: 32 hexadecimal digits. */
  protected static String id(String field, JsonParser json)
      throws IOException, MalformedEventException {
    String value = json.getText();
    if (json.currentToken() != JsonToken.VALUE_STRING || !isId(value)) {
      throw invalid(field, value, "a string that matches [0-9a-f]{32}");
    }
    return value;
  }

  // Of every event: a regular expression would take as long as reading the JSON.
  private static boolean isId(String text) {
    boolean matches = text.length() == ID_LENGTH;
    for (int place = 0; matches && place < ID_LENGTH; place++) {
      char character = text.charAt(place);
      matches = isDigit(character) || character >= 'a' && character <= 'f';
    }
    return matches;
  }

  /**
   * An instant in seconds since the epoch.
   *
   * @param example has a digit wherever the text must have one, and is otherwise like it; begins
   *     like 2019-03-01T18:00:00
   */
  protected static long instant(String field, JsonParser json, String example)
      throws IOException, MalformedEventException {
    String value = json.getText();
    if (json.currentToken() != JsonToken.VALUE_STRING || !isLike(example, value)) {
      throw invalid(field, value, "an instant like " + example);
    }
    try {
      return LocalDateTime.of(
              digits(value, 0, 4),
              digits(value, 5, 7),
              digits(value, 8, 10),
              digits(value, 11, 13),
              digits(value, 14, 16),
              digits(value, 17, 19))
          .toEpochSecond(ZoneOffset.UTC);
    } catch (DateTimeException noSuchTime) {
      throw invalid(field, value, "an instant that exists");
    }
  }

  private static boolean isLike(String example, String text) {
    boolean matches = text.length() == example.length();
    for (int place = 0; matches && place < example.length(); place++) {
      char character = text.charAt(place);
      matches =
          isDigit(example.charAt(place)) ? isDigit(character) : character == example.charAt(place);
    }
    return matches;
  }

  private static boolean isDigit(char character) {
    return character >= '0' && character <= '9';
  }

  protected static int digits(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }

  protected static MalformedEventException invalid(String field, String value, String rule) {
    return new MalformedEventException(
        String.format("%s is \"%s\"; it must be %s", field, value, rule));
  }

  private int bit(String field) {
    int position = required.indexOf(field);
    return position < 0 ? 0 : 1 << position;
  }

  private String missing(int seen) {
    List<String> missing = new ArrayList<>();
    for (String field : required) {
      if ((seen & bit(field)) == 0) {
        missing.add(field);
      }
    }
    return String.join(", ", missing);
  }
}
