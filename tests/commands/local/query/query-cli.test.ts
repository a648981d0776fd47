import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { parquet } from "../../../../local/services/firehose/delivery-format";
import { command } from "../../../support/command";

const columns = [
  { name: "page", type: "string" },
  { name: "viewedat", type: "timestamp" },
  { name: "seconds", type: "double" },
];

/** What a pipeline with a table, a view and two queries leaves in its state. */
const resources = [
  {
    type: "aws:glue/catalogTable:CatalogTable",
    inputs: {
      name: "views",
      partitionKeys: [{ name: "day", type: "string" }],
      storageDescriptor: { location: "s3://archive/events/", columns },
    },
  },
  {
    type: "aws:glue/catalogTable:CatalogTable",
    inputs: {
      name: "order",
      storageDescriptor: {
        location: "s3://archive/orders/",
        columns: [
          { name: "user", type: "string" },
          { name: "end", type: "string" },
        ],
      },
    },
  },
  ...Object.entries({
    "by-page": ["Views of a page. Parameter: the page.", "SELECT * FROM views WHERE page = ?"],
    broken: ["Does not work.", "SELECT nothing FROM views"],
  }).map(([name, [description, query]]) => ({
    type: "aws:athena/namedQuery:NamedQuery",
    inputs: { name, description, query },
  })),
];

describe("npm run query", function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "query-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const query = (...args: string[]) => command("local/query-cli.ts", [...args, "--state", folder]);
  const deploy = (...others: object[]): void => {
    const place = path.join(folder, "pulumi/state/.pulumi/stacks/streaming-pipeline");
    mkdirSync(place, { recursive: true });
    const state = {
      version: 3,
      checkpoint: { stack: "local", latest: { resources: [...resources, ...others] } },
    };
    writeFileSync(path.join(place, "local.json"), JSON.stringify(state));
  };
  const archive = async (): Promise<void> => {
    const place = path.join(folder, "s3/archive/events/day=2026-01-31");
    mkdirSync(place, { recursive: true });
    const rows = [
      { page: "home", viewedat: "2026-01-31T10:00:00.000Z", seconds: 1.25 },
      { page: "help", viewedat: "2026-01-31T10:00:01.500Z", seconds: null },
    ].map((row) => Buffer.from(JSON.stringify(row)));
    const { content } = await parquet(() => columns)(rows);
    writeFileSync(path.join(place, "1.parquet"), content ?? "");
  };

  it("names the command that makes an archive where there is none", async () => {
    const none = await query("by-page", "home");
    expect(none.code).to.equal(2);
    expect(none.stderr).to.include("no pipeline has been deployed on this machine");
    expect(none.stderr).to.include("Start one with `npm run local`");
    deploy();
    const empty = await query("by-page", "home");
    expect(empty.code).to.equal(2);
    expect(empty.stderr).to.include("the archive has no objects yet");
  });

  it("lists the queries without an argument, and when it does not know one", async () => {
    deploy();
    const { code, stdout } = await query();
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /^query +description\nby-page +Views of a page. Parameter: the page.\n/,
    );
    const unknown = await query("by-day");
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.include("query must be one of by-page, broken; got by-day");
  });

  it("prints rows as columns or as JSON, with instants as documents have them", async () => {
    deploy();
    await archive();
    const text = await query("by-page", "home");
    expect(text.stdout, text.stderr).to.equal(
      "page  viewedat              seconds  day\nhome  2026-01-31T10:00:00Z  1.25     2026-01-31\n",
    );
    const json = await query("by-page", "help", "--json");
    expect(JSON.parse(json.stdout)).to.deep.equal({
      page: "help",
      viewedat: "2026-01-31T10:00:01.500Z",
      seconds: null,
      day: "2026-01-31",
    });
    const sql = await query("--sql", "SELECT count(*) AS views FROM views", "--json");
    expect(sql.stdout).to.equal('{"views":2}\n');
    // Words of SQL are names, too, and a question mark in a text takes no value.
    const words = `SELECT count(*) AS orders FROM "order" WHERE "user" = ? AND "end" LIKE '%?%'`;
    const named = await query("--sql", words, "x", "--json");
    expect(named.stdout, named.stderr).to.equal('{"orders":0}\n');
  });

  it("says what is wrong with parameters and statements", async () => {
    deploy();
    await archive();
    const parameters = await query("by-page");
    expect(parameters.code).to.equal(2);
    expect(parameters.stderr).to.include(
      "the number of parameters of by-page must be 1; got 0. Views of a page.",
    );
    const broken = await query("broken");
    expect(broken.code).to.equal(1);
    expect(broken.stderr).to.match(/Binder Error.*nothing/);
    deploy({
      type: "aws:glue/catalogTable:CatalogTable",
      inputs: {
        name: "wrong",
        storageDescriptor: { columns: [] },
        viewOriginalText: `/* Presto View: ${btoa('{"originalSql":"SELECT nothing"}')} */`,
      },
    });
    const view = await query("by-page", "home");
    expect(view.code).to.equal(1);
    expect(view.stderr)
      .to.match(/^The view wrong cannot be made: .*nothing/)
      .and.not.include("at ");
  });
});
