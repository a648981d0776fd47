import type { OutgoingRecord, RecordSource } from "./record";
import type { Trip } from "./trip";
import { tripRecord } from "./trip";

const idBytes = 16;
const tripBytes = idBytes + 8 * 8;
const tripsPerBlock = 65_536;

/**
 * The trips of a file in 80 bytes each, so that a month of them can be sorted in memory: a month of
 * yellow taxis (8 million trips) takes about 1.2 GB in all.
 */
export class TripStore {
  readonly #blocks: Buffer[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(trip: Trip): void {
    if (this.#count % tripsPerBlock === 0) {
      this.#blocks.push(Buffer.allocUnsafe(tripBytes * tripsPerBlock));
    }
    const [block, offset] = this.#locate(this.#count);
    this.#count += 1;
    block.write(trip.id, offset, "hex");
    let at = offset + idBytes;
    for (const value of [
      trip.pickupTime,
      trip.dropoffTime,
      trip.pickupZone,
      trip.dropoffZone,
      trip.passengers,
      trip.distanceMiles,
      trip.fareUsd,
      trip.totalUsd,
    ]) {
      at = block.writeDoubleLE(value ?? NaN, at);
    }
  }

  /** @param index - order in which the trips were added, from 0 */
  tripAt(index: number): Trip {
    const [block, offset] = this.#locate(index);
    const value = (column: number) => block.readDoubleLE(offset + idBytes + 8 * column);
    const optional = (column: number) => {
      const stored = value(column);
      return Number.isNaN(stored) ? undefined : stored;
    };
    return {
      id: block.toString("hex", offset, offset + idBytes),
      pickupTime: value(0),
      dropoffTime: value(1),
      pickupZone: value(2),
      dropoffZone: value(3),
      passengers: optional(4),
      distanceMiles: optional(5),
      fareUsd: optional(6),
      totalUsd: optional(7),
    };
  }

  /** The trips added so far by event time; trips of the same time keep the order of the file. */
  sorted(): RecordSource {
    const times = Float64Array.from({ length: this.#count }, (_, index) => {
      const [block, offset] = this.#locate(index);
      return block.readDoubleLE(offset + idBytes + 8);
    });
    const timeOf = (index: number) => times[index] ?? NaN;
    const order = Uint32Array.from(times.keys()).sort((a, b) => timeOf(a) - timeOf(b) || a - b);
    const indexAt = (position: number) => {
      const index = order[position];
      if (index === undefined) {
        throw new RangeError(`There is no trip ${position}; there are ${order.length}`);
      }
      return index;
    };
    return {
      count: order.length,
      eventTimeAt: (position: number): number => timeOf(indexAt(position)),
      recordAt: (position: number): OutgoingRecord =>
        tripRecord(this.tripAt(indexAt(position)), position),
    };
  }

  #locate(index: number): [block: Buffer, offset: number] {
    const block = this.#blocks[Math.floor(index / tripsPerBlock)];
    if (block === undefined) {
      throw new RangeError(`There is no trip ${index}; there are ${this.#count}`);
    }
    return [block, (index % tripsPerBlock) * tripBytes];
  }
}
