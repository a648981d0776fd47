package streaming.trades;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import streaming.window.WindowDocuments;

/** The documents of a symbol's trades. */
final class TradeDocuments extends WindowDocuments<TradeStatistics, String> {
  static final String INDEX = "trade-statistics";

  private static final long serialVersionUID = 1L;

  TradeDocuments() {
    super(INDEX);
  }

  @Override
  protected void write(String symbol, TradeStatistics statistics, JsonGenerator json)
      throws IOException {
    long open = statistics.first.cents;
    long close = statistics.last.cents;
    json.writeStringField("symbol", symbol);
    json.writeNumberField("trades", statistics.trades);
    json.writeNumberField("volume", statistics.volume);
    json.writeNumberField("vwap", statistics.paid.doubleValue() / statistics.volume / 100);
    json.writeNumberField("high", dollars(statistics.high));
    json.writeNumberField("low", dollars(statistics.low));
    json.writeNumberField("open", dollars(open));
    json.writeNumberField("close", dollars(close));
    json.writeNumberField("change", dollars(close - open));
    json.writeNumberField("changePercent", 100.0 * (close - open) / open);
  }

  private static double dollars(long cents) {
    return cents / 100.0;
  }
}
