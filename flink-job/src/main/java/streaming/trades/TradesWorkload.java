package streaming.trades;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import streaming.document.Document;
import streaming.document.DocumentSink;
import streaming.settings.JobSettings;
import streaming.source.RecordSource;
import streaming.window.EarlyResultTrigger;
import streaming.window.OpenWindows;
import streaming.window.WindowDocuments;

/**
 * Price statistics per symbol. The windows hand their documents to the sink without a change of
 * partition: the documents of one id pass one subtask of the sink, in order.
 */
public final class TradesWorkload {
  private TradesWorkload() {}

  /** Adds the workload to a job, between a source and a sink. */
  public static void build(
      StreamExecutionEnvironment env,
      JobSettings settings,
      RecordSource<Trade> source,
      DocumentSink sink) {
    // No operator changes what it has handed on: copies between them would be for nothing.
    env.getConfig().enableObjectReuse();
    SingleOutputStreamOperator<AdmittedTrade> trades =
        source
            .addTo(env)
            .keyBy(TradeAdmission::keyOf, Types.STRING)
            .transform(
                "Trade admission",
                TypeInformation.of(AdmittedTrade.class),
                new TradeAdmission(settings.tradesWindow(), settings.maxAhead()))
            .uid("trade-admission");
    DataStream<Document> statistics =
        trades
            .keyBy(admitted -> admitted.trade.symbol, Types.STRING)
            .window(new OpenWindows(TumblingEventTimeWindows.of(settings.tradesWindow())))
            .trigger(new EarlyResultTrigger(settings.earlyInterval()))
            .aggregate(
                new TradeStatistics.Sum(),
                new WindowDocuments<>("trade-statistics", TradeStatistics::write))
            .uid("trade-statistics")
            .name("Trade statistics");
    sink.addTo(statistics.union(trades.getSideOutput(TradeAdmission.DEAD_LETTERS)));
  }
}
