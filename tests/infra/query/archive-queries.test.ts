import { expect } from "chai";
import { ArchiveQueries, type ArchiveQueriesArgs } from "../../../infra/query/archive-queries";
import { queriesSection } from "../../../infra/query/monitoring";
import { viewStatement } from "../../../infra/query/view";
import { allow } from "../../../infra/core/iam";
import { deploy, type Deployment } from "../../support/mocks";

const archiveRead = allow(["s3:GetObject"], ["arn:aws:s3:::archive/events/*"]);

const valid: ArchiveQueriesArgs = {
  archive: { databaseName: "shop", tableName: "orders", statements: [archiveRead] },
  scanLimitMiB: 1024,
  views: {
    revenue: {
      sql: "SELECT day, sum(price) AS total, count(*) AS orders FROM orders GROUP BY day",
      columns: { day: "date", total: "double", orders: "integer" },
    },
  },
  queries: { "best-days": { sql: "SELECT * FROM revenue WHERE total > ?", description: "Days." } },
};

const kmsKeyArn = "arn:aws:kms:us-east-1:123456789012:key/1";
const workgroup = "aws:athena/workgroup:Workgroup";
const grant = "aws:lakeformation/permissions:Permissions";
const table = "aws:glue/catalogTable:CatalogTable";

const run = (changes: Partial<ArchiveQueriesArgs> = {}): Promise<Deployment> =>
  deploy(() => {
    const queries = new ArchiveQueries("queries", { ...valid, ...changes });
    return { statements: queries.readStatements() };
  });

/** The error of an invalid component. */
async function refusal(changes: Partial<ArchiveQueriesArgs>): Promise<string> {
  const error = await run(changes).then(
    () => undefined,
    (failure: unknown) => failure as Error,
  );
  return error?.message ?? "";
}

describe("ArchiveQueries", () => {
  it("makes a workgroup whose settings no client overrides, with a limit and encrypted results", async () => {
    const { inputs } = (await run({ kmsKeyArn })).one(workgroup);
    expect(inputs["configuration"]).to.deep.equal({
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: 1_073_741_824,
      engineVersion: { selectedEngineVersion: "Athena engine version 3" },
      resultConfiguration: {
        outputLocation: "s3://queries-results/",
        expectedBucketOwner: "123456789012",
        encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn },
      },
    });
  });

  it("encrypts results with keys of S3 without a key of one's own, and lets them expire", async () => {
    const deployment = await run({ resultExpirationDays: 30 });
    expect(deployment.one(workgroup).inputs)
      .to.have.nested.property("configuration.resultConfiguration.encryptionConfiguration")
      .that.deep.equals({ encryptionOption: "SSE_S3" });
    expect(
      deployment.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs,
    ).to.have.nested.property("rules[0].expiration.days", 30);
  });

  it("keeps a view in the catalog as Athena does, its columns cast to their types", async () => {
    const { inputs } = (await run()).one(table, "queries-revenue");
    expect(inputs).to.deep.include({
      name: "revenue",
      databaseName: "shop",
      tableType: "VIRTUAL_VIEW",
      parameters: { presto_view: "true", comment: "Presto View" },
      viewExpandedText: "/* Presto View */",
      storageDescriptor: {
        columns: [
          { name: "day", type: "timestamp" },
          { name: "total", type: "double" },
          { name: "orders", type: "int" },
        ],
      },
    });
    const text = String(inputs["viewOriginalText"]);
    const encoded = text.replace("/* Presto View: ", "").replace(" */", "");
    expect(JSON.parse(Buffer.from(encoded, "base64").toString())).to.deep.include({
      catalog: "awsdatacatalog",
      schema: "shop",
      columns: [
        { name: "day", type: "timestamp(3)" },
        { name: "total", type: "double" },
        { name: "orders", type: "integer" },
      ],
    });
    expect(viewStatement(text)).to.match(
      /^SELECT\n {2}CAST\("day" AS timestamp\(3\)\) AS "day",\n {2}CAST\("total" AS double\) AS "total",[^]*FROM \(\nSELECT day, sum/,
    );
  });

  it("offers the queries in the workgroup", async () => {
    expect((await run()).one("aws:athena/namedQuery:NamedQuery").inputs).to.deep.equal({
      name: "best-days",
      description: "Days.",
      database: "shop",
      workgroup: "queries",
      query: "SELECT * FROM revenue WHERE total > ?",
    });
  });

  it("grants nothing by Lake Formation by default", async () => {
    expect((await run()).ofType(grant)).to.deep.equal([]);
    const roleArns = ["arn:aws:iam::123456789012:role/analyst"];
    const columns = await run({ readers: { roleArns, columns: ["day", "price"] } });
    expect(columns.one(grant, "queries-reader-0").inputs).to.deep.equal({
      principal: roleArns[0],
      permissions: ["SELECT"],
      tableWithColumns: { databaseName: "shop", name: "orders", columnNames: ["day", "price"] },
    });
    expect(columns.one(grant, "queries-reader-0-view-0").inputs).to.deep.equal({
      principal: roleArns[0],
      permissions: ["SELECT"],
      table: { databaseName: "shop", name: "revenue" },
    });
    const all = await run({ readers: { roleArns, columns: [] } });
    expect(all.one(grant, "queries-reader-0").inputs["tableWithColumns"]).to.deep.equal({
      databaseName: "shop",
      name: "orders",
      wildcard: true,
    });
  });

  it("lets readers query in this workgroup alone, and read no other table", async () => {
    const { outputs } = await run({ kmsKeyArn });
    const statements = outputs["statements"] as { Action: string[]; Resource: string[] }[];
    const of = (action: string): string[] =>
      statements
        .filter(({ Action }) => Action.includes(action))
        .flatMap(({ Resource }) => Resource);
    expect(of("athena:StartQueryExecution")).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:queries",
    ]);
    const glue = "arn:aws:glue:us-east-1:123456789012";
    expect(of("glue:GetTable")).to.deep.equal([
      `${glue}:catalog`,
      `${glue}:database/shop`,
      `${glue}:table/shop/orders`,
      `${glue}:table/shop/revenue`,
    ]);
    expect(statements).to.deep.include(archiveRead);
    expect(of("s3:PutObject")).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:queries-results/*",
    ]);
    expect(of("kms:GenerateDataKey")).to.deep.equal([kmsKeyArn]);
    expect(of("lakeformation:GetDataAccess")).to.deep.equal([]);
  });

  it("lists everything that is wrong", async () => {
    const message = await refusal({
      scanLimitMiB: 5,
      views: { orders: { sql: "SELECT 1", columns: {} } },
      queries: { "a b": { sql: "", description: "x".repeat(1025) } },
      readers: { roleArns: ["analyst"], columns: ["Day", "Day"] },
    });
    expect(message.split("\n- ")).to.deep.equal([
      'ArchiveQueries "queries" has invalid arguments:',
      "scanLimitMiB must be an integer from 10 to 10485760; got 5",
      "view orders has the name of the table; choose another",
      "view orders must have columns; got none",
      'A query\'s name must be 1 to 128 letters, digits, dots, hyphens and underscores; got "a b"',
      "The length of query a b must be an integer from 1 to 262144; got 0",
      "The length of the description of query a b must be an integer from 1 to 1024; got 1025",
      "readers.columns must be 0 to 400 values that differ from each other; got Day, Day",
      'readers.roleArns must be the ARN of an IAM role, such as arn:aws:iam::123456789012:role/analyst; got "analyst"',
      'readers.columns must be 1 to 128 lower-case letters, digits and underscores that do not begin with a digit; got "Day"',
      'readers.columns must be 1 to 128 lower-case letters, digits and underscores that do not begin with a digit; got "Day"',
    ]);
  });

  it("shows what queries read, and how many fail", () => {
    const { widgets } = queriesSection({ workgroupName: "queries" });
    expect(JSON.stringify(widgets)).to.include(
      '["AWS/Athena","ProcessedBytes","WorkGroup","queries","QueryState","SUCCEEDED","QueryType","DML"',
    );
  });
});
