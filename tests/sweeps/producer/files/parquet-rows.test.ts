import { expect } from "chai";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { readEvents } from "../../../../producer/generic/events";
import { testFolder } from "../../../producer/support/test-folder";

describe("Parquet input", () => {
  const { put } = testFolder();

  it("keeps every value of a large row group, however many are different", async () => {
    const count = 2 ** 16 + 10;
    const column = <Value>(value: (index: number) => Value) =>
      Array.from({ length: count }, (_, index) => value(index));
    const number = (index: number) => (index % 3 === 0 ? null : index / 2);
    const columnData: ColumnSource[] = [
      { name: "at", data: column((index) => new Date(1e12 + index)) },
      { name: "key", data: column((index) => `k${index}`), type: "STRING" },
      { name: "few", data: column((index) => `f${index % 2}`), type: "STRING" },
      { name: "gap", data: column(number), type: "DOUBLE" },
      { name: "all", data: column((index) => index + 0.25), type: "DOUBLE" },
    ];
    const path = put("large.parquet", Buffer.from(parquetWriteBuffer({ columnData })));
    const { source } = await readEvents([path], { eventTimeField: "at", keyField: "key" });
    const found = [...source.events()].map(({ eventTime, data }) => {
      const { key, few, gap, all } = JSON.parse(Buffer.from(data).toString()) as object & {
        [name: string]: unknown;
      };
      return [eventTime, key, few, gap, all].join();
    });
    const expected = column((index) =>
      [1e12 + index, `k${index}`, `f${index % 2}`, number(index), index + 0.25].join(),
    );
    expect(found.findIndex((each, index) => each !== expected[index])).to.equal(-1);
    expect(found).to.have.length(count);
  });
});
