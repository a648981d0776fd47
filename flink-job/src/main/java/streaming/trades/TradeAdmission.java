package streaming.trades;

import java.time.Duration;
import java.util.Optional;
import streaming.admission.Admission;
import streaming.admission.WindowEnds;
import streaming.source.SourceRecord;

/** Admits trades. */
final class TradeAdmission extends Admission<Trade, AdmittedTrade> {
  private static final long serialVersionUID = 1L;

  private final long length;

  TradeAdmission(Duration length, Duration maxAhead) {
    super("trade", maxAhead);
    this.length = length.toMillis();
  }

  /** The key to partition by: the trade, or the position of a record without one. */
  static String keyOf(SourceRecord<Trade> record) {
    return record.event == null ? positionOf(record) : record.event.id;
  }

  @Override
  protected Optional<WindowEnds> windowsOf(Trade trade, long eventTime) {
    long end = (Math.floorDiv(eventTime, length) + 1) * length;
    return Optional.of(new WindowEnds(end, end));
  }

  @Override
  protected AdmittedTrade admit(SourceRecord<Trade> record, long watermark) {
    AdmittedTrade admitted = new AdmittedTrade();
    admitted.trade = record.event;
    admitted.admittedAt = watermark;
    admitted.live = record.live;
    return admitted;
  }
}
