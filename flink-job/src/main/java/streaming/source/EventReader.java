package streaming.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Reads the events of a workload from the payloads of the stream: JSON, token by token, without
 * reflection.
 */
public abstract class EventReader<E> implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final JsonFactory JSON = new JsonFactory();

  private static final int ID_LENGTH = 32;

  private final Class<E> type;

  /** The required fields; one that has been read is marked in a bit set at its position. */
  private final ArrayList<String> required;

  protected EventReader(Class<E> type, List<String> required) {
    this.type = type;
    this.required = new ArrayList<>(required);
  }

  /** The event time in milliseconds since the epoch. */
  public abstract long eventTime(E event);

  protected abstract E create();

  /** Reads the value of a field, the current token, into the event. */
  protected abstract void read(String field, JsonParser json, E event) throws IOException;

  /** Type of the records. */
  public final TypeInformation<SourceRecord<E>> recordType() {
    return new SourceRecordSerializer.Type<>(Types.POJO(type));
  }

  /**
   * Reads one payload with its position in the stream. It neither throws nor skips: the watermark
   * needs the event time inside the source, so parsing happens there, and a malformed payload must
   * still leave the source.
   *
   * @param arrival in milliseconds since the epoch
   * @param maxAhead how far an event time may lie after the arrival, in milliseconds: one from the
   *     far future would end all windows
   */
  public final SourceRecord<E> record(
      byte[] payload, String shardId, String sequenceNumber, long arrival, long maxAhead) {
    SourceRecord<E> record = new SourceRecord<>();
    record.shardId = shardId;
    record.sequenceNumber = sequenceNumber;
    record.arrivalTime = arrival;
    record.payload = payload;
    try {
      record.event = parse(payload);
      record.eventTime = eventTime(record.event);
      if (record.eventTime - arrival > maxAhead) {
        record.problem =
            String.format(
                "the event time is more than %d seconds after the arrival at %s",
                maxAhead / 1000, Instant.ofEpochMilli(arrival));
      }
    } catch (MalformedEventException malformed) {
      record.problem = malformed.getMessage();
    }
    return record;
  }

  /**
   * Reads one payload.
   *
   * @throws MalformedEventException if it is not an event
   */
  public final E parse(byte[] payload) throws MalformedEventException {
    // The reader would guess another encoding, which nothing else that reads the stream takes.
    if (payload.length > 1 && (payload[0] <= 0 || payload[1] <= 0)) {
      throw new MalformedEventException("the payload is not JSON in UTF-8");
    }
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
    } catch (MalformedEventException malformed) {
      throw malformed;
    } catch (JsonProcessingException invalid) {
      throw new MalformedEventException("the payload is not JSON: " + invalid.getOriginalMessage());
    } catch (IOException invalid) {
      throw new MalformedEventException("the payload is not JSON: " + invalid.getMessage());
    }
  }

  /** A string that matches a pattern as a whole. */
  protected static String text(String field, JsonParser json, Pattern pattern) throws IOException {
    String value = json.getText();
    if (json.currentToken() != JsonToken.VALUE_STRING || !pattern.matcher(value).matches()) {
      throw invalid(field, value, "a string that matches " + pattern);
    }
    return value;
  }

  /** An id: 32 hexadecimal digits. */
  protected static String id(String field, JsonParser json) throws IOException {
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
  protected static long instant(String field, JsonParser json, String example) throws IOException {
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
    return required.stream()
        .filter(field -> (seen & bit(field)) == 0)
        .collect(Collectors.joining(", "));
  }
}
