import { expect } from "chai";
import { nearest } from "../../../infra/core/config-reader";

describe("The nearest word", () => {
  const words = ["shardCount", "streamMode", "streamMinShards", "streamMaxShards", "vpcId"];

  for (const [wrong, meant] of [
    ["shardCuont", "shardCount"],
    ["shardcount", "shardCount"],
    ["shardCounts", "shardCount"],
    ["streamModus", "streamMode"],
    ["streamMaxShard", "streamMaxShards"],
    ["vpcID", "vpcId"],
  ] as const) {
    it(`of ${wrong} is ${meant}`, () => {
      expect(nearest(wrong, words)).to.equal(meant);
    });
  }

  it("is none of those that have little in common with it", () => {
    for (const wrong of ["shards", "region", "", "x"]) {
      expect(nearest(wrong, words), wrong).to.equal(undefined);
    }
  });
});
