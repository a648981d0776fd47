import { expect } from "chai";
import fc from "fast-check";
import { hashOf, IncompleteShardMapError, ShardMap } from "../../../producer/kinesis/shard-map";
import { FakeStream } from "../support/fake-stream";

describe("The shard map", () => {
  it("hashes a partition key as Kinesis does: MD5 as an unsigned 128-bit number", () => {
    expect(hashOf("143")).to.equal(0x903ce9225fca3e988c2af215d4e544d3n);
  });

  it("finds the one shard whose range holds the hash of the key, whatever the order of the list", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.string(), fc.nat(), (count, key, turn) => {
        const shards = new FakeStream(count).openShards;
        const rotated = shards.map((_, index) => shards[(index + turn) % count] ?? shards[0]);
        const map = new ShardMap(rotated.filter((shard) => shard !== undefined));
        const shard = map.shardOf(key);
        const hash = hashOf(key);
        expect(hash >= shard.firstHash && hash <= shard.lastHash).to.equal(true);
      }),
    );
  });

  it("refuses shards that leave a gap, overlap or do not reach the end", () => {
    const shards = new FakeStream(3).openShards;
    const [first, second, third] = shards;
    if (first === undefined || second === undefined || third === undefined) {
      throw new Error("Three shards are needed");
    }
    for (const list of [
      [],
      [first, third],
      [first, second],
      [...shards, second],
      [second, third],
    ]) {
      expect(() => new ShardMap(list)).to.throw(IncompleteShardMapError);
    }
  });
});
