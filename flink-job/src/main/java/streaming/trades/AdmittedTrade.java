package streaming.trades;

import streaming.window.OpenWindows;

/** A trade that counts. */
public class AdmittedTrade implements OpenWindows.Admitted {
  public Trade trade;

  /** The watermark at which it was admitted. */
  public long admittedAt;

  @Override
  public long admittedAt() {
    return admittedAt;
  }
}
