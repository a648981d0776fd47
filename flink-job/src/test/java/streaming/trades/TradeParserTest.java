package streaming.trades;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streaming.source.MalformedEventException;

class TradeParserTest {
  /** The producer's contract of the event. */
  private static final Path CONTRACT = Path.of("..", "producer", "schemas", "trade.schema.json");

  private final TradeParser parser = new TradeParser();

  @Test
  void readsATrade() throws MalformedEventException {
    Trade trade = parse(payload("time", "\"2019-03-01T18:48:42.007Z\""));

    assertThat(trade.id).isEqualTo("0123456789abcdef0123456789abcdef");
    assertThat(trade.symbol).isEqualTo("AMZN");
    assertThat(trade.time).isEqualTo(Instant.parse("2019-03-01T18:48:42.007Z").toEpochMilli());
    assertThat(parser.eventTime(trade)).isEqualTo(trade.time);
    assertThat(trade.cents).isEqualTo(167_173);
    assertThat(trade.quantity).isEqualTo(300);
  }

  @Test
  void readsTheFieldsOfTheContractAndNoOther() throws IOException {
    Map<String, Object> contract = JSON.std.mapFrom(Files.readString(CONTRACT));
    List<String> fields = List.of("id", "symbol", "time", "price", "quantity");

    assertThat(contract.get("additionalProperties")).isEqualTo(false);
    assertThat(contract.get("required")).isEqualTo(fields);
    assertThat(((Map<?, ?>) contract.get("properties")).keySet())
        .isEqualTo(
            Map.copyOf(JSON.std.mapFrom(payload("id", "\"0123456789abcdef0123456789abcdef\"")))
                .keySet());
    assertThatThrownBy(() -> parse(payload("side", "\"buy\"")))
        .hasMessage("side is not a field of a trade");
    assertThatThrownBy(() -> parse("{}")).hasMessage(String.join(", ", fields) + " is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "0.01, 1",
    "0.1, 10",
    "1, 100",
    "1.10, 110",
    "1e3, 100000",
    "1000000000, 100000000000"
  })
  void readsPricesToTheCent(String price, long cents) throws MalformedEventException {
    assertThat(parse(payload("price", price)).cents).isEqualTo(cents);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1",
        "0.001",
        "1.005",
        "1000000000.01",
        "1e999999999",
        "1e-999999999",
        "true",
        "\"1\"",
        "null"
      })
  void refusesAPriceThatIsNone(String price) {
    assertThatThrownBy(() -> parse(payload("price", price)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageEndingWith("it must be a number of whole cents over 0 up to 1000000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "1000000000001", "1e999999999", "\"1\"", "[]"})
  void refusesAQuantityThatIsNone(String quantity) {
    assertThatThrownBy(() -> parse(payload("quantity", quantity)))
        .hasMessageEndingWith("it must be an integer from 1 to 1000000000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"BRK.B", "BF-B", "SYM10000"})
  void readsASymbolWithDotsHyphensAndDigits(String symbol) throws MalformedEventException {
    assertThat(parse(payload("symbol", "\"" + symbol + "\"")).symbol).isEqualTo(symbol);
  }

  @ParameterizedTest
  @ValueSource(strings = {"amzn", "", "TOOLONGNAME", "1ST"})
  void refusesASymbolThatIsNone(String symbol) {
    assertThatThrownBy(() -> parse(payload("symbol", "\"" + symbol + "\"")))
        .hasMessageStartingWith("symbol is \"" + symbol + "\"; it must be a string that matches");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2019-03-01T18:48:42Z", "2019-02-29T18:48:42.000Z", "2019-03-01T18:48:42.0000Z"})
  void refusesATimeThatIsNone(String time) {
    assertThatThrownBy(() -> parse(payload("time", "\"" + time + "\"")))
        .hasMessageStartingWith("time is \"" + time + "\"; it must be");
  }

  private Trade parse(String payload) throws MalformedEventException {
    return parser.parse(payload.getBytes(StandardCharsets.UTF_8));
  }

  /** A valid event in which one field has the given value, as JSON. */
  private static String payload(String field, String value) {
    Map<String, String> fields =
        new TreeMap<>(
            Map.of(
                "id", "\"0123456789abcdef0123456789abcdef\"",
                "symbol", "\"AMZN\"",
                "time", "\"2019-03-01T18:48:42.000Z\"",
                "price", "1671.73",
                "quantity", "300"));
    fields.put(field, value);
    StringBuilder json = new StringBuilder();
    fields.forEach(
        (name, text) ->
            json.append(json.length() == 0 ? "{" : ",").append('"' + name + "\":" + text));
    return json.append('}').toString();
  }
}
