package streaming.trades;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import streaming.document.Document;
import streaming.settings.JobSettings;
import streaming.source.SourceRecord;
import streaming.window.EarlyResultTrigger;
import streaming.window.OpenWindows;
import streaming.window.WindowDocuments;

/**
 * Price statistics per symbol. The windows hand their documents to the sink without a change of
 * partition: the documents of one id pass one subtask of the sink, in order.
 */
public final class TradesWorkload {
  private TradesWorkload() {}

  /** Adds the workload to the job of its records and gives its documents. */
  public static DataStream<Document> of(
      JobSettings settings, DataStream<SourceRecord<Trade>> records) {
    // No operator changes what it has handed on: copies between them would be for nothing.
    records.getExecutionEnvironment().getConfig().enableObjectReuse();
    SingleOutputStreamOperator<AdmittedTrade> trades =
        records
            .keyBy(
                record -> record.event == null ? record.position() : record.event.id, Types.STRING)
            .transform(
                "Trade admission",
                TypeInformation.of(AdmittedTrade.class),
                new TradeAdmission(settings))
            .uid("trade-admission");
    DataStream<Document> statistics =
        trades
            .keyBy(admitted -> admitted.trade.symbol, Types.STRING)
            .window(new OpenWindows(settings.duration("trades.windowSeconds")))
            .trigger(new EarlyResultTrigger(settings.duration("results.earlyIntervalMilliseconds")))
            .aggregate(
                new TradeStatistics.Sum(),
                new WindowDocuments<>("trade-statistics", TradeStatistics::write))
            .uid("trade-statistics")
            .name("Trade statistics");
    return statistics.union(trades.getSideOutput(TradeAdmission.DEAD_LETTERS));
  }
}
