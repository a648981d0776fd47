import { expect } from "chai";
import { tableColumns } from "../../../../infra/delivery/columns";
import { loadWorkload } from "../../../../infra/contracts/workload";
import { archiveOf } from "../../../../infra/pipeline/workload";
import { handler } from "../../../../workloads/trades/transform";

const trade = {
  id: "0123456789abcdef0123456789abcdef",
  symbol: "ABC",
  time: "2026-03-09T14:30:00.250Z",
  price: 101.25,
  quantity: 100,
};

async function archived(event: unknown) {
  const { records } = await handler({
    records: [{ recordId: "1", data: Buffer.from(JSON.stringify(event)).toString("base64") }],
  });
  return records[0];
}

describe("The transform of trades", () => {
  const { warn } = console;
  before(() => {
    console.warn = () => undefined;
  });
  after(() => {
    console.warn = warn;
  });

  it("files a trade by its day and symbol", async () => {
    const record = await archived(trade);
    expect(record).to.deep.include({
      result: "Ok",
      metadata: { partitionKeys: { day: "2026-03-09", symbol: "ABC" } },
    });
    expect(JSON.parse(Buffer.from(record?.data ?? "", "base64").toString())).to.deep.equal(trade);
  });

  for (const [what, changes] of [
    ["a price of nothing", { price: 0 }],
    ["half a share", { quantity: 0.5 }],
    ["a symbol that would leave its folder", { symbol: "../ABC" }],
    ["a day that does not exist", { time: "2026-02-29T14:30:00.000Z" }],
    ["an hour that does not exist", { time: "2026-03-09T24:00:00.000Z" }],
    ["a time without milliseconds", { time: "2026-03-09T14:30:00Z" }],
  ] as const) {
    it(`fails ${what}`, async () => {
      expect(await archived({ ...trade, ...changes })).to.include({ result: "ProcessingFailed" });
    });
  }

  it("leaves the symbol to the folder, where the table takes it from", () => {
    const { table } = archiveOf(
      loadWorkload("workloads/trades"),
      {
        format: "PARQUET",
        partitioned: true,
      },
      "streaming_dev",
    );
    if (table === undefined) throw new Error("The archive has no table");
    expect(tableColumns(table).map(({ name, type }) => `${name} ${type}`)).to.deep.equal([
      "id string",
      "time timestamp",
      "price double",
      "quantity bigint",
    ]);
  });
});
