import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { columnTypes, joined, parquet } from "../../../../local/services/firehose/delivery-format";

const columns = [
  { name: "id", type: "string" },
  { name: "zone", type: "bigint" },
  { name: "fare", type: "double" },
  { name: "paid", type: "boolean" },
  { name: "at", type: "timestamp" },
];
const encode = (...records: readonly unknown[]): Buffer[] =>
  records.map((record) => Buffer.from(JSON.stringify(record)));

function arrayBuffer(content: Buffer | undefined): ArrayBuffer {
  if (content === undefined) throw new Error("There is no object");
  return new Uint8Array(content).buffer;
}

describe("Objects of joined records", () => {
  it("are the records with their delimiter, compressed where that is asked for", async () => {
    const records = [Buffer.from("a"), Buffer.from("b")];
    const plain = await joined("\n", "UNCOMPRESSED")(records);
    expect(plain.content?.toString()).to.equal("a\nb\n");
    const gzipped = await joined("", "GZIP")(records);
    expect(gunzipSync(gzipped.content ?? "").toString()).to.equal("ab");
  });
});

describe("Parquet objects", () => {
  it("have the table's columns with the records' values", async () => {
    const { content, rejected } = await parquet(() => columns)(
      encode(
        { id: "a", zone: 7, fare: 1.5, paid: true, at: "2026-03-09T04:05:06Z" },
        { ID: "b", Zone: 8, other: "of no column", fare: null },
      ),
    );
    expect([...rejected]).to.be.empty;
    const file = arrayBuffer(content);
    expect(
      parquetSchema(parquetMetadata(file)).children.map(({ element }) => element.name),
    ).to.deep.equal(columns.map(({ name }) => name));
    expect(await parquetReadObjects({ file })).to.deep.equal([
      { id: "a", zone: 7n, fare: 1.5, paid: true, at: new Date("2026-03-09T04:05:06Z") },
      { id: "b", zone: 8n, fare: null, paid: null, at: null },
    ]);
  });

  it("leave out records that do not fit, and say why", async () => {
    const { content, rejected } = await parquet(() => columns)([
      ...encode({ id: "good" }, { zone: 1.5 }, { at: "yesterday" }, [1]),
      Buffer.from("{"),
    ]);
    expect(await parquetReadObjects({ file: arrayBuffer(content) })).to.have.length(1);
    expect([...rejected.keys()]).to.deep.equal([1, 2, 3, 4]);
    expect(rejected.get(1)).to.equal("Column zone of type bigint cannot hold 1.5");
    expect(rejected.get(2)).to.equal('Column at of type timestamp cannot hold "yesterday"');
  });

  it("are not written when no record fits", async () => {
    const { content, rejected } = await parquet(() => columns)([Buffer.from("?")]);
    expect(content).to.equal(undefined);
    expect(rejected.size).to.equal(1);
  });

  it("can hold every type of column that the archive's tables have", () => {
    expect(columnTypes).to.include.members(["boolean", "bigint", "double", "string", "timestamp"]);
  });
});
