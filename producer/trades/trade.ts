import { createHash } from "node:crypto";
import type { SourceEvent } from "../events/record";

/** A stock trade; schemas/trade.schema.json says what each property means. */
export interface Trade {
  readonly id: string;
  readonly symbol: string;
  /** Milliseconds since the epoch: the event time. */
  readonly time: number;
  readonly cents: number;
  readonly quantity: number;
}

/** What a stream takes for a symbol. */
export const symbolPattern = /^[A-Z][A-Z0-9.-]{0,9}$/;

/** Id of a trade, the same in every run, by which consumers recognise one that is sent twice. */
export function tradeId(origin: string, trade: Omit<Trade, "id">): string {
  const content = [origin, trade.symbol, trade.time, trade.cents, trade.quantity].join("\u001f");
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}

export function tradeEvent({ id, symbol, time, cents, quantity }: Trade): SourceEvent {
  const event = {
    id,
    symbol,
    time: new Date(time).toISOString(),
    price: cents / 100,
    quantity,
  };
  return { eventTime: time, partitionKey: symbol, data: Buffer.from(JSON.stringify(event)) };
}
