import type { ShardRecord } from "../kinesis/shard-reader";

/** A record that has been read and is not yet in every object that it belongs to. */
export interface Ticket {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** What still has to be done with it: objects that it belongs to and, until it is in them, its reader. */
  holders: number;
}

/** Position per shard: the last record before which everything is delivered, in whatever order objects are written. */
export class DeliveryLedger {
  readonly #open = new Map<string, Ticket[]>();
  /** By shard, the sequence number up to which everything is delivered. */
  readonly positions = new Map<string, string>();

  /** Opens the account of a record that has been read. Records of a shard come in their order. */
  open({ shardId, sequenceNumber }: ShardRecord): Ticket {
    const ticket = { shardId, sequenceNumber, holders: 1 };
    const tickets = this.#open.get(shardId) ?? [];
    this.#open.set(shardId, tickets);
    tickets.push(ticket);
    return ticket;
  }

  /** Moves the positions on to where nothing before is open any more. */
  settle(): void {
    for (const [shardId, tickets] of this.#open) {
      const first = tickets.findIndex(({ holders }) => holders > 0);
      const done = tickets.splice(0, first === -1 ? tickets.length : first);
      const last = done.at(-1);
      if (last !== undefined) this.positions.set(shardId, last.sequenceNumber);
    }
  }
}
