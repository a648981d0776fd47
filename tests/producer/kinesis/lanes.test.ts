import { expect } from "chai";
import type { LaneContext } from "../../../producer/kinesis/lane";
import { Lanes } from "../../../producer/kinesis/lanes";
import { outgoingRecord } from "../../../producer/events/record";
import { Progress } from "../../../producer/replay/progress";
import { ShardMap } from "../../../producer/kinesis/shard-map";
import { FakeStream } from "../support/fake-stream";
import { VirtualTime } from "../support/virtual-time";

class CountingShardMap extends ShardMap {
  lookups = 0;

  override shardOf(partitionKey: string) {
    this.lookups += 1;
    return super.shardOf(partitionKey);
  }
}

describe("The lanes of a stream", () => {
  const nothing = () => undefined;
  const context: LaneContext = {
    options: {
      shardLimits: { records: 1000, bytes: 1_000_000 },
      maxAttempts: Infinity,
      aggregate: false,
    },
    progress: new Progress(0),
    listener: { acknowledged: nothing, lost: nothing, resharded: nothing, rested: nothing },
    runtime: new VirtualTime(() => 0.5),
    closing: new AbortController().signal,
    failedAttempts: new WeakMap(),
  };

  it("remember the shard of a key, and only of so many keys", () => {
    const map = new CountingShardMap(new FakeStream(2).openShards);
    const lanes = new Lanes(map, context);
    const add = (key: string) => {
      lanes.add(outgoingRecord(0, 0, key, new Uint8Array()));
    };
    add("0");
    add("0");
    expect(map.lookups).to.equal(1);
    for (let key = 1; key <= 100_000; key += 1) {
      add(String(key));
    }
    expect(map.lookups).to.equal(100_001);
    add("0");
    expect(map.lookups).to.equal(100_002);
  });
});
