import type { Load } from "./batch";

/** What a shard takes in a second: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const shardLimits: Load = { records: 1000, bytes: 1024 * 1024 };

interface Spending extends Load {
  readonly until: number;
}

const second = 1000;

/**
 * Keeps one producer within the throughput of a shard. The load of a request counts until one second
 * after its response: whenever the service took the records in, no second of its own holds more than
 * the limit, and it has no reason to throttle.
 */
export class ShardBudget {
  readonly #limit: Load;
  readonly #spendings: Spending[] = [];
  #records = 0;
  #bytes = 0;

  constructor(limit: Load) {
    this.#limit = limit;
  }

  /** Milliseconds until this much can be sent; a load above the limit waits until nothing counts. */
  delayFor({ records, bytes }: Load, now: number): number {
    let oldest = this.#spendings[0];
    while (oldest !== undefined && oldest.until <= now) {
      this.#records -= oldest.records;
      this.#bytes -= oldest.bytes;
      this.#spendings.shift();
      oldest = this.#spendings[0];
    }
    let excessRecords = this.#records + records - this.#limit.records;
    let excessBytes = this.#bytes + bytes - this.#limit.bytes;
    let affordableFrom = now;
    for (const spending of this.#spendings) {
      if (excessRecords <= 0 && excessBytes <= 0) {
        break;
      }
      excessRecords -= spending.records;
      excessBytes -= spending.bytes;
      affordableFrom = spending.until;
    }
    return affordableFrom - now;
  }

  /** @param respondedAt - when the response came, whether the records were taken or refused */
  spend(load: Load, respondedAt: number): void {
    this.#spendings.push({ ...load, until: respondedAt + second });
    this.#records += load.records;
    this.#bytes += load.bytes;
  }
}
