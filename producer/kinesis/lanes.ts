import { loadOf, requestLimits } from "./batch";
import { type Batch, Lane, type LaneContext } from "./lane";
import type { OutgoingRecord } from "../events/record";
import type { ShardMap } from "./shard-map";

/** Keys may be as many as records: what is remembered of them is forgotten when there are so many. */
const mostKnownKeys = 100_000;

/** The records of one lane in a request. */
export interface Part {
  readonly lane: Lane;
  readonly batch: Batch;
}

export class Lanes {
  readonly #shardMap: ShardMap;
  readonly #byShard: ReadonlyMap<string, Lane>;
  readonly #byKey = new Map<string, Lane>();

  constructor(shardMap: ShardMap, context: LaneContext) {
    this.#shardMap = shardMap;
    this.#byShard = new Map(shardMap.shards.map(({ id }) => [id, new Lane(id, context)]));
  }

  get count(): number {
    return this.#byShard.size;
  }

  /** Whether these are the lanes into the shards of a map. */
  leadInto({ shards }: ShardMap): boolean {
    return shards.length === this.count && shards.every(({ id }) => this.#byShard.has(id));
  }

  get waiting(): readonly OutgoingRecord[] {
    return [...this.#byShard.values()]
      .flatMap((lane) => lane.waiting)
      .sort((a, b) => a.position - b.position);
  }

  /** Records must be added in the order in which they are to be sent. */
  add(record: OutgoingRecord): void {
    this.#laneOf(record.partitionKey).add(record);
  }

  /** Packs what the lanes can send now into requests. */
  requests(maxDisorderMs: number): readonly (readonly Part[])[] {
    const lanes = [...this.#byShard.values()];
    const oldest = lanes.reduce(
      (time, { waiting }) => Math.min(time, waiting[0]?.eventTime ?? Infinity),
      Infinity,
    );
    const requests: Part[][] = [];
    let room = { records: 0, bytes: 0 };
    for (const lane of lanes) {
      const batch = lane.next(oldest + maxDisorderMs);
      if (batch === undefined) {
        continue;
      }
      const { records, bytes } = loadOf(batch.puts);
      if (records > room.records || bytes > room.bytes) {
        requests.push([]);
        room = { ...requestLimits };
      }
      requests.at(-1)?.push({ lane, batch });
      room = { records: room.records - records, bytes: room.bytes - bytes };
    }
    return requests;
  }

  #laneOf(partitionKey: string): Lane {
    const known = this.#byKey.get(partitionKey);
    if (known !== undefined) {
      return known;
    }
    const { id } = this.#shardMap.shardOf(partitionKey);
    const lane = this.#byShard.get(id);
    if (lane === undefined) {
      throw new Error(`There is no lane for shard ${id}`);
    }
    if (this.#byKey.size === mostKnownKeys) {
      this.#byKey.clear();
    }
    this.#byKey.set(partitionKey, lane);
    return lane;
  }
}
