import { expect } from "chai";
import { columnProblems, tableColumns } from "../../../infra/delivery/columns";
import { DeliveryTable, type DeliveryTableArgs } from "../../../infra/delivery/table";
import { deploy } from "../../support/mocks";

const valid: DeliveryTableArgs = {
  databaseName: "streaming_dev",
  tableName: "trips",
  description: "Trips",
  schema: {
    properties: { id: { type: "string", description: "What it is." }, borough: { type: "string" } },
  },
  bucketName: "archive",
  prefix: "events/",
};

async function table(changes: Partial<DeliveryTableArgs> = {}) {
  const deployment = await deploy(() => {
    new DeliveryTable("trips", { ...valid, ...changes });
  });
  return deployment.one("aws:glue/catalogTable:CatalogTable").inputs;
}

describe("DeliveryTable", () => {
  it("describes Parquet objects at their place", async () => {
    expect(await table()).to.deep.include({
      databaseName: "streaming_dev",
      name: "trips",
      tableType: "EXTERNAL_TABLE",
      partitionKeys: [],
      parameters: { EXTERNAL: "TRUE", classification: "parquet" },
    });
    expect(await table())
      .to.have.property("storageDescriptor")
      .that.deep.includes({
        location: "s3://archive/events/",
        columns: [
          { name: "id", type: "string", comment: "What it is." },
          { name: "borough", type: "string" },
        ],
      });
  });

  it("tells Athena which folders there are", async () => {
    const inputs = await table({
      partitions: [
        { name: "day", values: { since: "2009-01-01" } },
        { name: "borough", values: ["queens", "bronx"] },
        { name: "kind", values: "any" },
      ],
    });
    expect(inputs["parameters"]).to.deep.include({
      "projection.enabled": "true",
      "storage.location.template":
        "s3://archive/events/day=${day}/borough=${borough}/kind=${kind}/",
      "projection.day.type": "date",
      "projection.day.format": "yyyy-MM-dd",
      "projection.day.range": "2009-01-01,NOW+1DAYS",
      "projection.borough.type": "enum",
      "projection.borough.values": "queens,bronx",
      "projection.kind.type": "injected",
    });
    expect(inputs["partitionKeys"]).to.deep.equal([
      { name: "day", type: "string" },
      { name: "borough", type: "string" },
      { name: "kind", type: "string" },
    ]);
    expect(inputs)
      .to.have.nested.property("storageDescriptor.columns")
      .that.deep.equals([{ name: "id", type: "string", comment: "What it is." }]);
  });
});

describe("The columns of a table", () => {
  it("have the types of their properties", () => {
    const properties = {
      text: { type: "string" },
      whole: { type: "integer" },
      broken: { type: "number" },
      yesNo: { type: "boolean" },
      list: { type: "array" },
      at: { type: "string", format: "date-time" },
      seen: { type: "string" },
    };
    const columns = tableColumns({ schema: { properties }, instants: ["seen"] });
    expect(columns.map(({ name, type }) => `${name} ${type}`)).to.deep.equal([
      "text string",
      "whole bigint",
      "broken double",
      "yesno boolean",
      "list string",
      "at timestamp",
      "seen timestamp",
    ]);
  });

  it("take nested objects apart as the transform does", () => {
    const place = { type: "object", properties: { zone: { type: "integer" } } };
    expect(
      tableColumns({ schema: { properties: { from: place } } }).map(({ name }) => name),
    ).to.deep.equal(["from_zone"]);
  });

  it("cut comments to what Glue takes", () => {
    const [column] = tableColumns({
      schema: { properties: { id: { type: "string", description: "x".repeat(300) } } },
    });
    expect(column?.comment).to.have.length(255);
  });

  it("are those of values that may be null, too", () => {
    const properties = { count: { type: ["integer", "null"] }, at: { type: ["null", "string"] } };
    const source = { schema: { properties }, instants: ["at"] };
    expect(columnProblems(source)).to.be.empty;
    expect(tableColumns(source).map(({ type }) => type)).to.deep.equal(["bigint", "timestamp"]);
  });

  it("are refused together where a type has none, or two properties the same", () => {
    const place = { type: "object", properties: { zone: { type: ["integer", "string"] } } };
    const properties = { what: {}, place, Id: { type: "string" }, id: { type: "string" } };
    const types = "boolean, integer, number, string, array, which have a column";
    expect(columnProblems({ schema: { properties } })).to.deep.equal([
      `type of property what must be one of ${types}; got none`,
      `type of property place_zone must be one of ${types}; got integer,string`,
      "properties Id and id must not have the same column, id",
    ]);
    expect(columnProblems({ schema: {} })).to.deep.equal([
      "properties must not be empty: they become columns",
    ]);
  });
});
