package streaming.trades;

import java.util.Optional;
import streaming.admission.Admission;
import streaming.admission.WindowEnds;
import streaming.settings.JobSettings;

/** Admits trades. */
final class TradeAdmission extends Admission<Trade, AdmittedTrade> {
  private static final long serialVersionUID = 1L;

  private final long length;

  TradeAdmission(JobSettings settings) {
    super("trade", settings);
    length = settings.duration("trades.windowSeconds").toMillis();
  }

  @Override
  protected Optional<WindowEnds> windowsOf(Trade trade, long eventTime) {
    return Optional.of(WindowEnds.of(eventTime, length, length));
  }

  @Override
  protected AdmittedTrade admit(Trade trade) {
    AdmittedTrade admitted = new AdmittedTrade();
    admitted.trade = trade;
    return admitted;
  }
}
