import { expect } from "chai";

import { resourceCount, resourceTree } from "../../../local/page/src/pipeline/resource-tree";
import { symbolRows } from "../../../local/page/src/trades/symbol-rows";
import { fakeStatus } from "./fake-status";
import { fakeTrades } from "./fake-trades";

describe("the deployed stack on the page", () => {
  const tree = resourceTree(fakeStatus().resources);

  it("has each resource under its component, with its service", () => {
    expect(tree.map(({ name, service }) => [name, service])).to.deep.equal([
      ["taxi", null],
      ["loose", "s3"],
    ]);
    const job = tree[0]?.children[1];
    expect(job?.kind).to.equal("FlinkApplication");
    expect(job?.children.map(({ kind, service }) => [kind, service])).to.deep.equal([
      ["Application", "kinesisanalyticsv2"],
      ["Role", "iam"],
    ]);
  });

  it("counts resources, not components", () => {
    expect(resourceCount(tree)).to.equal(4);
  });
});

describe("the symbols on the page", () => {
  it("have price, change and volume over the windows that are shown", () => {
    const window = (open: number, close: number) => ({
      windowStart: "2019-03-01T14:30:00Z",
      trades: 1,
      volume: 100,
      vwap: 1,
      open,
      close,
      high: close,
      low: open,
      changePercent: 0,
      complete: true,
    });
    expect(
      symbolRows([
        { symbol: "ACME", windows: [window(50, 52), window(52, 60)] },
        { symbol: "NONE", windows: [] },
      ]),
    ).to.deep.equal([
      { symbol: "ACME", close: 60, changePercent: 20, volume: 200, closes: [52, 60] },
    ]);
  });

  it("are those of the status", () => {
    const { search } = fakeTrades();
    const symbols = (search.up && search.value.symbols) || [];
    expect(symbolRows(symbols).map(({ symbol }) => symbol)).to.deep.equal([
      "ACME",
      "BOLT",
      "CORA",
      "DUNE",
    ]);
  });
});
