import schema from "../../producer/schemas/trade.schema.json";
import { instant, transformer } from "../../infra/delivery/transform/transformer";

/** What of a trade the archive is arranged by; trade.schema.json has the rest. */
interface Trade {
  readonly symbol: string;
  readonly time: string;
}

/** Entry point of the Lambda function that prepares trades for the archive. */
export const handler = transformer<Trade>({
  schema,
  archive: (trade) => ({
    row: { ...trade },
    partitionKeys: {
      day: new Date(instant(trade.time)).toISOString().slice(0, 10),
      symbol: trade.symbol,
    },
  }),
});
