package streaming.trades;

import streaming.window.OpenWindows;

/** A trade that counts. */
public class AdmittedTrade extends OpenWindows.Admitted {
  public Trade trade;
}
