import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { TrinoSQL } from "dt-sql-parser";
import { loadWorkload } from "../../../../infra/contracts/workload";
import type {
  TransformedRecord,
  TransformEvent,
} from "../../../../infra/delivery/transform/transformer";
import { viewStatement } from "../../../../infra/query/view";
import type { OperationResult } from "../../../../local/engine/policy-pack";
import { openArchive } from "../../../../local/query/archive";
import { parquet } from "../../../../local/services/firehose/delivery-format";
import type { TableColumn } from "../../../../local/services/storage/catalog-plane";
import { compareViews } from "../../../../local/verify/compare-views";
import { deployedSettings } from "../../../../local/verify/deployed-settings";
import { expectedTrades } from "../../../../local/verify/expected-trades";
import { expectedTrips } from "../../../../local/verify/expected-trips";
import type { Expected, StoredDocument } from "../../../../local/verify/result-document";
import { parseOptions } from "../../../../producer/command/options";
import { handler as archivedTrades } from "../../../../workloads/trades/transform";
import { handler as archivedTrips } from "../../../../workloads/taxi/transform";
import type { Deployment } from "../../../support/mocks";
import { stackDeployment } from "../../../support/stack-deployment";

type Handler = (
  event: TransformEvent,
) => { records: TransformedRecord[] } | Promise<{ records: TransformedRecord[] }>;

describe("The archive on this machine", function () {
  this.timeout(60_000);

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "archive-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const bucketFolder = (bucket: string): string => path.join(folder, bucket);

  const deployed = (workload: string): Promise<Deployment> =>
    stackDeployment("local", { workload });

  /** Writes events as Firehose delivers them, all of a folder in one object. */
  async function archive(
    { inputs }: ReturnType<Deployment["one"]>,
    events: Iterable<{ readonly data: Uint8Array }>,
    transform: Handler,
  ): Promise<void> {
    const { storageDescriptor } = inputs as {
      storageDescriptor: { location: string; columns: TableColumn[] };
    };
    const records = [...events].map(({ data }, at) => {
      return { recordId: String(at), data: Buffer.from(data).toString("base64") };
    });
    const places = new Map<string, Buffer[]>();
    for (const { data, metadata } of (await transform({ records })).records) {
      const place = Object.entries(metadata?.partitionKeys ?? {}).map((key) => key.join("="));
      const at = path.join(folder, storageDescriptor.location.replace("s3://", ""), ...place);
      places.set(at, [...(places.get(at) ?? []), Buffer.from(data, "base64")]);
    }
    for (const [place, rows] of places) {
      const { content, rejected } = await parquet(() => storageDescriptor.columns)(rows);
      expect([...rejected.values()]).to.deep.equal([]);
      mkdirSync(place, { recursive: true });
      writeFileSync(path.join(place, "1.parquet"), content ?? "");
    }
  }

  async function* stored({ documents }: Expected): AsyncGenerator<StoredDocument> {
    for (const [index, sources] of documents) {
      for (const [id, source] of sources) yield await Promise.resolve({ index, id, source });
    }
  }

  const settingsOf = ({ resources }: Deployment) =>
    deployedSettings({
      resources: resources.map((resource) => ({ ...resource, op: "create" })),
    } as unknown as OperationResult);

  async function events(args: readonly string[]) {
    const { workload } = parseOptions([...args, "--output", "stdout"], {});
    return [...(await workload.read({})).source.events()];
  }

  for (const workload of ["taxi", "trades", "tests/workloads/page-views"]) {
    it(`is asked in the grammar of Athena, Trino's: ${workload}`, async () => {
      const { resources } = await deployed(workload);
      const statements = resources.flatMap(({ inputs }) =>
        [viewStatement(inputs["viewOriginalText"] as string | undefined), inputs["query"]].filter(
          (text) => typeof text === "string",
        ),
      );
      expect(statements).not.to.be.empty;
      const grammar = new TrinoSQL();
      for (const statement of statements) {
        expect(grammar.validate(statement), statement).to.deep.equal([]);
        expect(statement).not.to.include("${");
      }
      // What DuckDB alone knows is no part of it.
      expect(grammar.validate("SELECT 7 // 2")).not.to.be.empty;
    });
  }

  it("answers with the documents that the job makes of the sample trips", async () => {
    const deployment = await deployed("taxi");
    const {
      archive: { views },
      input = "",
    } = loadWorkload("workloads/taxi");
    const trips = await events(["--input", input]);
    // A trip that is delivered twice counts once.
    await archive(
      deployment.one("aws:glue/catalogTable:CatalogTable", "pipeline-archive-table"),
      [...trips, ...trips.slice(0, 100)],
      archivedTrips,
    );
    const expected = await expectedTrips(input, settingsOf(deployment));
    const local = await openArchive(deployment.resources, bucketFolder);
    const { mismatches, examples, documents } = await compareViews(local, views, stored(expected));
    expect(examples).to.deep.equal([]);
    expect(mismatches).to.equal(0);
    expect(documents).to.be.above(10_000);

    const rows = await local.rows(
      local.queries.find(({ name }) => name === "top-zones")?.query ?? "",
    );
    const [, ranking] =
      [...(expected.documents.get("taxi-top-areas") ?? [])].find(
        ([, document]) =>
          document["kind"] === "zones" && document["windowStart"] === rows[0]?.["windowstart"],
      ) ?? [];
    const areas = ranking?.["areas"] as { rank: number; area: string; trips: number }[];
    expect(
      rows.slice(0, areas.length).map(({ place, zone, trips: count }) => ({
        rank: place,
        area: String(zone),
        trips: count,
      })),
    ).to.deep.equal(areas.map(({ rank, area, trips: count }) => ({ rank, area, trips: count })));
    local.close();
  });

  it("answers with the documents that the job makes of trades", async () => {
    const deployment = await deployed("trades");
    const trades = await events([
      ..."--workload trades --symbols 3 --trades-per-second 1 --trading-hours always --seed 1".split(
        " ",
      ),
      ..."--start 2024-05-06T23:50:00Z --duration 20m".split(" "),
    ]);
    await archive(
      deployment.one("aws:glue/catalogTable:CatalogTable", "pipeline-archive-table"),
      trades,
      archivedTrades,
    );
    const { views } = loadWorkload("workloads/trades").archive;
    const local = await openArchive(deployment.resources, bucketFolder);
    const expected = expectedTrades(trades, settingsOf(deployment));
    const { mismatches, examples, documents } = await compareViews(local, views, stored(expected));
    expect(examples).to.deep.equal([]);
    expect(mismatches).to.equal(0);
    expect(documents).to.be.above(50);
    local.close();
  });
});
