package streaming.trades;

/** A trade: what the job needs of a trade event. */
public class Trade {
  public String id;
  public String symbol;

  /** When it was made, in milliseconds since the epoch: the event time. */
  public long time;

  /** The price of a share in cents. */
  public long cents;

  /** The number of shares. */
  public long quantity;
}
