import { expect } from "chai";
import fc from "fast-check";
import { completeLoad } from "../../capacity/load";
import { nodesFor, planSearch, primaryShards, storageGibibytes } from "../../capacity/search";

describe("the search domain", () => {
  it("has the 66 GiB of documents of AWS's example: 200 MiB an hour for two weeks", () => {
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-storage.html
    const { sourceGibibytes } = planSearch(
      completeLoad({
        recordsPerSecond: (200 * 1024) / 3600,
        recordBytes: 1024,
        documentsPerRecord: 1,
        documentBytes: 1024,
        indexDays: 14,
      }),
    );
    expect(Math.round(sourceGibibytes)).to.equal(66);
  });

  it("stores them with a replica on AWS's 191 GiB", () => {
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-storage.html
    expect(Math.round(storageGibibytes(66, 1))).to.equal(191);
  });

  it("has AWS's 3 primary shards for 66 GiB, and 10 for four times as much", () => {
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-sharding.html
    expect(primaryShards(66)).to.equal(3);
    expect(primaryShards(66 + 198)).to.equal(10);
  });

  it("spreads AWS's 184 GiB over three nodes with 62 GiB each", () => {
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-instances.html
    expect(nodesFor(184)).to.deep.include({
      instanceType: "r7g.large.search",
      dataNodes: 3,
      volumeGibibytes: 62,
      masters: 3,
    });
  });

  it("takes larger nodes before it takes many, and more masters' memory for more nodes", () => {
    expect(nodesFor(900)).to.include({ instanceType: "r7g.large.search", dataNodes: 9 });
    expect(nodesFor(900.1)).to.include({ instanceType: "r7g.xlarge.search", dataNodes: 6 });
    expect(nodesFor(28_800)).to.include({ instanceType: "r7g.16xlarge.search", dataNodes: 9 });
    expect(nodesFor(28_801)).to.include({ dataNodes: 12, masterType: "r7g.large.search" });
    expect(nodesFor(28_800 * 4)).to.include({ dataNodes: 36, masterType: "r7g.xlarge.search" });
    expect(nodesFor(28_800 * 9)).to.include({ dataNodes: 81, masterType: "r7g.2xlarge.search" });
  });

  it("holds what it has to, with as many nodes in each of three zones", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (gibibytes) => {
        const { dataNodes, volumeGibibytes } = nodesFor(gibibytes);
        expect(dataNodes * volumeGibibytes).to.be.at.least(gibibytes);
        expect(dataNodes % 3).to.equal(0);
      }),
    );
  });
});
