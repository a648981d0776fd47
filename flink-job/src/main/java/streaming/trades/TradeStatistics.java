package streaming.trades;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigInteger;
import streaming.window.WindowSum;

/** What a window knows of its trades: exact, in cents, however many there are. */
public class TradeStatistics {
  public long trades;

  /** The number of shares. */
  public long volume;

  /** Cents paid for all shares. */
  public BigInteger paid = BigInteger.ZERO;

  public long high;
  public long low;

  /** The first trade by time, then id. */
  public Trade first;

  /** The last one. */
  public Trade last;

  /** Writes the document of a symbol's trades. */
  static void write(String symbol, TradeStatistics statistics, JsonGenerator json)
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

  private void add(Trade trade) {
    trades++;
    volume += trade.quantity;
    paid = paid.add(BigInteger.valueOf(trade.cents).multiply(BigInteger.valueOf(trade.quantity)));
    high = first == null ? trade.cents : Math.max(high, trade.cents);
    low = first == null ? trade.cents : Math.min(low, trade.cents);
    first = first == null || isBefore(trade, first) ? trade : first;
    last = last == null || isBefore(last, trade) ? trade : last;
  }

  private static boolean isBefore(Trade left, Trade right) {
    return left.time != right.time ? left.time < right.time : left.id.compareTo(right.id) < 0;
  }

  static final class Sum implements WindowSum<AdmittedTrade, TradeStatistics> {
    private static final long serialVersionUID = 1L;

    @Override
    public TradeStatistics createAccumulator() {
      return new TradeStatistics();
    }

    @Override
    public TradeStatistics add(AdmittedTrade admitted, TradeStatistics statistics) {
      statistics.add(admitted.trade);
      return statistics;
    }
  }
}
