import type { ShardRecord } from "../kinesis/shard-reader";

/** A record that has been read and is not yet in every object that it belongs to. */
export interface Ticket {
  readonly shardId: string;
  readonly sequenceNumber: string;
  holders: number;
}

/** Position per shard: the last record before which everything is delivered, in whatever order objects are written. */
export class DeliveryLedger {
  readonly #open = new Map<string, Ticket[]>();
  readonly #positions = new Map<string, string>();

  /** By shard, the sequence number up to which everything is delivered. */
  get positions(): ReadonlyMap<string, string> {
    return this.#positions;
  }

  resume(positions: ReadonlyMap<string, string>): void {
    for (const [shard, position] of positions) this.#positions.set(shard, position);
  }

  /** Opens the account of a record that has been read. Records of a shard come in their order. */
  open({ shardId, sequenceNumber }: ShardRecord): Ticket {
    const ticket = { shardId, sequenceNumber, holders: 1 };
    const tickets = this.#open.get(shardId);
    if (tickets === undefined) this.#open.set(shardId, [ticket]);
    else tickets.push(ticket);
    return ticket;
  }

  hold(ticket: Ticket): void {
    ticket.holders += 1;
  }

  release(ticket: Ticket): void {
    ticket.holders -= 1;
  }

  /** Moves the positions on to where nothing before is open any more. */
  settle(): void {
    for (const [shardId, tickets] of this.#open) {
      const first = tickets.findIndex(({ holders }) => holders > 0);
      const done = tickets.splice(0, first === -1 ? tickets.length : first);
      const last = done.at(-1);
      if (last !== undefined) this.#positions.set(shardId, last.sequenceNumber);
    }
  }
}
