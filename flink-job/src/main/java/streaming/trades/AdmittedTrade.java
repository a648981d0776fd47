package streaming.trades;

import streaming.window.OpenWindows;

/** A trade that counts. */
public class AdmittedTrade implements OpenWindows.Admitted {
  public Trade trade;

  /** The watermark at which it was admitted. */
  public long admittedAt;

  public boolean live;

  @Override
  public long admittedAt() {
    return admittedAt;
  }

  @Override
  public boolean live() {
    return live;
  }
}
