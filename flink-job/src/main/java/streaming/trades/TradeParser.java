package streaming.trades;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import streaming.source.EventReader;
import streaming.source.MalformedEventException;

/**
 * Reads trades and accepts what the producer's trade.schema.json accepts, up to a billion dollars
 * and a trillion shares: sums of them are exact.
 */
public final class TradeParser extends EventReader<Trade> {
  private static final long serialVersionUID = 1L;

  private static final Pattern SYMBOL = Pattern.compile("[A-Z][A-Z0-9.-]{0,9}");
  private static final String INSTANT = "2019-03-01T18:00:00.000Z";
  private static final BigDecimal HIGHEST_PRICE = BigDecimal.valueOf(1_000_000_000L);
  private static final BigDecimal HIGHEST_QUANTITY = BigDecimal.valueOf(1_000_000_000_000L);

  public TradeParser() {
    super(Trade.class, List.of("id", "symbol", "time", "price", "quantity"));
  }

  @Override
  public long eventTime(Trade trade) {
    return trade.time;
  }

  @Override
  protected Trade create() {
    return new Trade();
  }

  @Override
  protected void read(String field, JsonParser json, Trade trade) throws IOException {
    switch (field) {
      case "id":
        trade.id = id(field, json);
        break;
      case "symbol":
        trade.symbol = text(field, json, SYMBOL);
        break;
      case "time":
        trade.time = instant(field, json, INSTANT) * 1000 + digits(json.getText(), 20, 23);
        break;
      case "price":
        trade.cents =
            decimal(field, json, HIGHEST_PRICE, 2, "a number of whole cents over 0 up to ");
        break;
      case "quantity":
        trade.quantity = decimal(field, json, HIGHEST_QUANTITY, 0, "an integer from 1 to ");
        break;
      default:
        throw new MalformedEventException(field + " is not a field of a trade");
    }
  }

  /** A positive number with a number of decimal places, as an integer of its smallest unit. */
  private static long decimal(
      String field, JsonParser json, BigDecimal highest, int places, String rule)
      throws IOException {
    BigDecimal value = json.currentToken().isNumeric() ? json.getDecimalValue() : BigDecimal.ZERO;
    if (value.signum() <= 0
        || value.compareTo(highest) > 0
        || value.stripTrailingZeros().scale() > places) {
      throw invalid(field, json.getText(), rule + highest);
    }
    return value.movePointRight(places).longValueExact();
  }
}
